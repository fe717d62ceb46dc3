//! Values that are not generated: scalars, lists, maps, and free-form JSON.
//!
//! Generic code here is instantiated for each of a thousand types, and so is every
//! generic function of the standard library that it calls. Hence `match` instead of
//! combinators.

use super::reader::{first_places, next_places};
use super::{Entries, Json, List, Map, Record, Slot, Table, Value, View};

impl Value for () {
    fn view(&self) -> View<'_> {
        View::Absent
    }

    fn slot(&mut self) -> Slot<'_> {
        Slot::Nothing
    }

    fn clear(&mut self, _null: bool) {}
}

/// Implements [`Value`] for a type that is its own slot.
macro_rules! scalar {
    ($type:ty, $slot:ident, $value:ident => $view:expr) => {
        impl Value for $type {
            fn view(&self) -> View<'_> {
                let $value = self;
                $view
            }

            fn slot(&mut self) -> Slot<'_> {
                Slot::$slot(self)
            }

            fn clear(&mut self, _null: bool) {
                *self = Self::default();
            }
        }
    };
}

scalar!(bool, Bool, value => View::Bool(*value));
scalar!(i64, Int, value => View::Int(*value));
scalar!(f64, Float, value => View::Float(*value));
scalar!(String, Str, value => View::Str(value));
scalar!(Json, Json, value => View::Json(value));

impl<T: Value + Default> Value for Option<T> {
    fn view(&self) -> View<'_> {
        match self {
            Some(value) => value.view(),
            None => View::Absent,
        }
    }

    fn slot(&mut self) -> Slot<'_> {
        if self.is_none() {
            *self = Some(T::default());
        }
        match self {
            Some(value) => value.slot(),
            None => Slot::Nothing,
        }
    }

    fn clear(&mut self, _null: bool) {
        *self = None;
    }
}

impl<T: Record + Default> Value for T {
    fn view(&self) -> View<'_> {
        View::Record(self)
    }

    fn slot(&mut self) -> Slot<'_> {
        Slot::Record(self)
    }

    fn clear(&mut self, _null: bool) {
        *self = T::default();
    }
}

/// Implemented for boxes, because a record that contains itself does so in a box.
impl<T: Record + Default> Record for Box<T> {
    fn table(&self) -> &'static Table {
        (**self).table()
    }

    fn field(&self, index: usize) -> &dyn Value {
        (**self).field(index)
    }

    fn field_mut(&mut self, index: usize) -> &mut dyn Value {
        (**self).field_mut(index)
    }
}

impl<T: Value + Default> Value for Vec<T> {
    fn view(&self) -> View<'_> {
        View::List(self)
    }

    fn slot(&mut self) -> Slot<'_> {
        Slot::List(self)
    }

    fn clear(&mut self, _null: bool) {
        *self = Self::new();
    }
}

impl<T: Value + Default> List for Vec<T> {
    fn len(&self) -> usize {
        self.len()
    }

    fn get(&self, index: usize) -> &dyn Value {
        &self.as_slice()[index]
    }

    fn push(&mut self) -> &mut dyn Value {
        if first_places(size_of::<T>()) == 1 && self.capacity() == 0 {
            self.reserve_exact(1);
        }
        self.push(T::default());
        let last = self.len() - 1;
        &mut self.as_mut_slice()[last]
    }

    fn pop(&mut self) {
        self.pop();
    }
}

impl<T: Value + Default> Value for Map<T> {
    fn view(&self) -> View<'_> {
        View::Map(self)
    }

    fn slot(&mut self) -> Slot<'_> {
        Slot::Map(self)
    }

    fn clear(&mut self, _null: bool) {
        *self = Self::new();
    }
}

impl<T: Value + Default> Entries for Map<T> {
    fn len(&self) -> usize {
        self.len()
    }

    fn get(&self, key: &str) -> Option<&dyn Value> {
        match self.get(key) {
            Some(value) => Some(value),
            None => None,
        }
    }

    fn for_each(&self, each: &mut dyn FnMut(&str, &dyn Value)) {
        for (key, value) in self {
            each(key, value);
        }
    }

    fn insert(&mut self, key: String) -> &mut dyn Value {
        let places = self.len();
        if places == self.capacity() {
            self.reserve_exact(next_places(places) - places);
        }
        let (index, _) = self.insert_full(key, T::default());
        &mut self[index]
    }

    fn remove(&mut self, key: &str) {
        self.shift_remove(key);
    }
}
