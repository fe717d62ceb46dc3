//! Points in time and calendar dates, kept as the received text.
//!
//! The service writes the same instant in several ways: with and without fractions, with
//! `Z` and with an offset, sometimes without a time zone. Keeping the text makes
//! decoding infallible and encoding lossless. Code that calculates converts the text
//! first, and handles the error there.

use std::fmt;

use super::{Slot, Value, View};

mod convert;
mod text;

pub use text::Text;

/// Declares a type that wraps a string value.
macro_rules! text {
    ($(#[$attribute:meta])* $type:ident) => {
        $(#[$attribute])*
        #[derive(Clone, Default, PartialEq, Eq, Hash)]
        pub struct $type(Text);

        impl $type {
            /// Returns the text as received or set. The default is empty.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl From<&str> for $type {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<String> for $type {
            fn from(text: String) -> Self {
                text.as_str().into()
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(self.as_str(), f)
            }
        }

        impl Value for $type {
            fn view(&self) -> View<'_> {
                View::Str(self.as_str())
            }

            fn slot(&mut self) -> Slot<'_> {
                Slot::Text(&mut self.0)
            }

            fn clear(&mut self, _null: bool) {
                *self = Self::default();
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                super::bridge::serialize(self, to)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                super::bridge::deserialize(from)
            }
        }
    };
}

text! {
    /// A point in time (`format: date-time`), as text.
    ///
    /// ```
    /// use atlas_admin_runtime::codec::DateTime;
    ///
    /// let created = DateTime::from("2024-05-01T10:00:00Z");
    /// assert_eq!(created.timestamp().unwrap().as_second(), 1_714_557_600);
    /// assert_eq!(created.as_str(), "2024-05-01T10:00:00Z");
    /// ```
    ///
    /// Also converts from and to `SystemTime`, and with the features `chrono` and
    /// `time`, `chrono::DateTime<Utc>` and `time::OffsetDateTime`.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// # use atlas_admin_runtime::codec::DateTime;
    ///
    /// let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_714_557_600);
    /// let created = DateTime::try_from(time)?;
    /// assert_eq!(created.as_str(), "2024-05-01T10:00:00Z");
    /// assert_eq!(SystemTime::try_from(&created)?, time);
    /// # Ok::<(), jiff::Error>(())
    /// ```
    DateTime
}

text! {
    /// A calendar date (`format: date`), as text.
    ///
    /// ```
    /// use atlas_admin_runtime::codec::Date;
    ///
    /// let invoiced = Date::from("2024-05-01");
    /// assert_eq!(invoiced.date().unwrap(), jiff::civil::date(2024, 5, 1));
    /// ```
    ///
    /// Also converts from and to `jiff::civil::Date`, and with the features `chrono` and
    /// `time`, `chrono::NaiveDate` and `time::Date`.
    Date
}

impl DateTime {
    /// Returns the instant in the text.
    ///
    /// # Errors
    ///
    /// Fails if the text is not a date and a time with a zone or offset.
    pub fn timestamp(&self) -> Result<jiff::Timestamp, jiff::Error> {
        self.as_str().parse()
    }
}

impl From<jiff::Timestamp> for DateTime {
    fn from(timestamp: jiff::Timestamp) -> Self {
        timestamp.to_string().into()
    }
}

impl Date {
    /// Returns the date in the text.
    ///
    /// # Errors
    ///
    /// Fails if the text does not start with a calendar date.
    pub fn date(&self) -> Result<jiff::civil::Date, jiff::Error> {
        self.as_str().parse()
    }
}

impl From<jiff::civil::Date> for Date {
    fn from(date: jiff::civil::Date) -> Self {
        date.to_string().into()
    }
}
