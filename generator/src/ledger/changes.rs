//! The differences between two ledgers, for a reviewer.

use toml::{Table, Value};

use super::Ledger;

impl Ledger {
    /// Lists the lines that differ between this ledger and `new`: `section.key: old → new`.
    pub fn changes(&self, new: &Self) -> Vec<String> {
        let table = |ledger: &Self| {
            Table::try_from(ledger).expect("a ledger is tables of texts")
        };
        let mut changes = Vec::new();
        compare(
            "",
            &Value::Table(table(self)),
            Some(&Value::Table(table(new))),
            &mut changes,
        );
        changes
    }
}

fn compare(at: &str, old: &Value, new: Option<&Value>, changes: &mut Vec<String>) {
    match (old, new) {
        (Value::Table(old), Some(Value::Table(new))) => {
            for (key, value) in old {
                let at = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
                compare(&at, value, new.get(key), changes);
            }
        }
        (Value::Array(old), Some(Value::Array(new))) => {
            let gone = old.iter().filter(|value| !new.contains(value));
            changes.extend(gone.map(|value| format!("{at}: {value} is gone")));
        }
        (old, Some(new)) if old == new => {}
        (old, Some(new)) => changes.push(format!("{at}: {old} → {new}")),
        (Value::Table(_), None) => changes.push(format!("{at} is gone")),
        (old, None) => changes.push(format!("{at}: {old} is gone")),
    }
}
