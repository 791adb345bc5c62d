//! `baogao schema`: the fields, their values, the topics.

use baogao::schema::fields::Field;

use crate::testdir::TestDir;

#[test]
fn fields_values_and_topics_are_listed() {
    let output = TestDir::new().run(&["schema"]).exits(0);
    insta::assert_snapshot!(output.stdout);
}

#[test]
fn json_names_every_field_that_can_be_filtered_by() {
    let value = TestDir::new().run(&["schema", "--format", "json"]).exits(0).value();
    let fields = value["fields"].as_array().expect("fields");
    let names: Vec<&str> = fields
        .iter()
        .map(|field| field["declaration"]["name"].as_str().expect("a name"))
        .collect();
    assert_eq!(names, Field::ALL.map(Field::name));
    assert!(value["topics"].as_array().expect("topics").len() > 10);
}

#[test]
fn every_name_and_alias_that_is_listed_can_be_used_in_a_question() {
    let value = TestDir::new().run(&["schema", "--format", "json"]).exits(0).value();
    for field in value["fields"].as_array().expect("fields") {
        let wanted = match field["values"].as_array().expect("values").first() {
            Some(value) => value["name"].as_str().expect("a name").to_owned(),
            None if field["declaration"]["name"] == "year" => "2022".to_owned(),
            None => "甲".to_owned(),
        };
        let aliases = field["declaration"]["aliases"].as_array().expect("aliases");
        for name in aliases.iter().chain([&field["declaration"]["name"]]) {
            let question = format!("{}:{wanted}", name.as_str().expect("a name"));
            assert!(
                baogao::query::Query::parse(&question).is_ok_and(|query| query.filters().len() == 1),
                "{question}"
            );
        }
    }
}
