//! A page, as the generator writes one: a list of numbers, with and without its links.

use atlas_admin_runtime::codec::{Extra, Field, Record, Table, Value};
use atlas_admin_runtime::{Page, record};

#[derive(Clone, Default)]
pub(crate) struct Listing {
    results: Option<Vec<i64>>,
    total: Option<i64>,
    extra: Extra,
}

impl Record for Listing {
    fn table(&self) -> &'static Table {
        static TABLE: Table = Table {
            name: "Listing",
            fields: &[
                Field::new("results", Field::REQUIRED),
                Field::new("totalCount", 0),
            ],
        };
        &TABLE
    }

    fn field(&self, index: usize) -> &dyn Value {
        match index {
            0 => &self.results,
            1 => &self.total,
            _ => &self.extra,
        }
    }

    fn field_mut(&mut self, index: usize) -> &mut dyn Value {
        match index {
            0 => &mut self.results,
            1 => &mut self.total,
            _ => &mut self.extra,
        }
    }
}

record!(Listing);

impl Page for Listing {
    type Item = i64;

    fn items(&self) -> &[i64] {
        self.results.as_deref().unwrap_or_default()
    }

    fn into_items(self) -> Vec<i64> {
        self.results.unwrap_or_default()
    }
}
