//! How the operands of a question that must hold within a unit of text are joined.

/// A question as a tree over its operands, each known by its number.
pub enum Tree {
    Leaf(usize),
    And(Vec<Tree>),
    Or(Vec<Tree>),
    Not(Box<Tree>),
}

impl Tree {
    /// Whether it holds where `stands` tells which operands stand.
    pub fn holds(&self, stands: &impl Fn(usize) -> bool) -> bool {
        match self {
            Tree::Leaf(number) => stands(*number),
            Tree::And(parts) => parts.iter().all(|part| part.holds(stands)),
            Tree::Or(parts) => parts.iter().any(|part| part.holds(stands)),
            Tree::Not(part) => !part.holds(stands),
        }
    }

    /// Adds the operands that make it hold: those under no `Not`, of alternatives only those that hold.
    pub fn wanted(&self, stands: &impl Fn(usize) -> bool, out: &mut Vec<usize>) {
        match self {
            Tree::Leaf(number) => out.push(*number),
            Tree::And(parts) => parts.iter().for_each(|part| part.wanted(stands, out)),
            Tree::Or(parts) => parts
                .iter()
                .filter(|part| part.holds(stands))
                .for_each(|part| part.wanted(stands, out)),
            Tree::Not(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_makes_it_hold_is_wanted() {
        // 0 (1 OR (2 -3))
        let second = Tree::And(vec![Tree::Leaf(2), Tree::Not(Box::new(Tree::Leaf(3)))]);
        let tree = Tree::And(vec![Tree::Leaf(0), Tree::Or(vec![Tree::Leaf(1), second])]);
        let wanted = |standing: &[usize]| {
            let stands = |number| standing.contains(&number);
            let mut wanted = Vec::new();
            tree.wanted(&stands, &mut wanted);
            tree.holds(&stands).then_some(wanted)
        };
        assert_eq!(wanted(&[0, 1]), Some(vec![0, 1]));
        assert_eq!(wanted(&[0, 1, 2, 3]), Some(vec![0, 1]));
        assert_eq!(wanted(&[0, 2]), Some(vec![0, 2]));
        assert_eq!(wanted(&[0, 2, 3]), None);
        assert_eq!(wanted(&[1]), None);
    }
}
