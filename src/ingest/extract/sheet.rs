pub fn is_old_workbook(bytes: &[u8]) -> bool {
    super::ole::names(bytes, "Workbook") || super::ole::names(bytes, "Book")
}
