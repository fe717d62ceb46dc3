//! Conversions between points in time and dates, and the types of other crates, through
//! the types of [`jiff`].

use std::time::SystemTime;

#[cfg(any(feature = "chrono", feature = "time"))]
use jiff::civil;
use jiff::{Error, Timestamp};

#[cfg(any(feature = "chrono", feature = "time"))]
use super::Date;
use super::DateTime;

/// Implements the conversions between a text and another type, in both directions; each
/// function converts from or to the type of jiff that the text's method returns.
macro_rules! converts {
    ($text:ident::$method:ident, $other:ty, $of:expr, $into:expr) => {
        impl TryFrom<&$text> for $other {
            type Error = Error;

            /// Converts the value in the text.
            fn try_from(from: &$text) -> Result<Self, Error> {
                $of(from.$method()?)
            }
        }

        impl TryFrom<$text> for $other {
            type Error = Error;

            /// Converts the value in the text.
            fn try_from(from: $text) -> Result<Self, Error> {
                Self::try_from(&from)
            }
        }

        impl TryFrom<$other> for $text {
            type Error = Error;

            /// Converts a value between the years -9999 and 9999.
            fn try_from(from: $other) -> Result<Self, Error> {
                $into(from).map(Self::from)
            }
        }
    };
}

converts!(DateTime::timestamp, SystemTime, SystemTime::try_from, Timestamp::try_from);

#[cfg(feature = "chrono")]
converts!(
    DateTime::timestamp,
    chrono::DateTime<chrono::Utc>,
    |timestamp: Timestamp| {
        let nanoseconds = timestamp.as_nanosecond();
        let (seconds, rest) =
            (nanoseconds.div_euclid(SECOND), nanoseconds.rem_euclid(SECOND));
        let seconds = i64::try_from(seconds).unwrap_or_default();
        let rest = u32::try_from(rest).unwrap_or_default();
        chrono::DateTime::from_timestamp(seconds, rest).ok_or_else(out_of_range)
    },
    |time: chrono::DateTime<chrono::Utc>| {
        let rest = i128::from(time.timestamp_subsec_nanos());
        Timestamp::from_nanosecond(i128::from(time.timestamp()) * SECOND + rest)
    }
);

#[cfg(feature = "time")]
converts!(
    DateTime::timestamp,
    time::OffsetDateTime,
    |timestamp: Timestamp| {
        time::OffsetDateTime::from_unix_timestamp_nanos(timestamp.as_nanosecond())
            .map_err(|_| out_of_range())
    },
    |time: time::OffsetDateTime| Timestamp::from_nanosecond(time.unix_timestamp_nanos())
);

#[cfg(feature = "chrono")]
converts!(
    Date::date,
    chrono::NaiveDate,
    |date: civil::Date| {
        let (month, day) = (date.month().unsigned_abs(), date.day().unsigned_abs());
        chrono::NaiveDate::from_ymd_opt(date.year().into(), month.into(), day.into())
            .ok_or_else(out_of_range)
    },
    |date: chrono::NaiveDate| {
        use chrono::Datelike;

        civil_date(date.year(), date.month(), date.day())
    }
);

#[cfg(feature = "time")]
converts!(
    Date::date,
    time::Date,
    |date: civil::Date| {
        let month = time::Month::try_from(date.month().unsigned_abs());
        let month = month.map_err(|_| out_of_range())?;
        time::Date::from_calendar_date(
            date.year().into(),
            month,
            date.day().unsigned_abs(),
        )
        .map_err(|_| out_of_range())
    },
    |date: time::Date| civil_date(
        date.year(),
        u8::from(date.month()).into(),
        date.day().into()
    )
);

#[cfg(any(feature = "chrono", feature = "time"))]
fn civil_date(year: i32, month: u32, day: u32) -> Result<civil::Date, Error> {
    let year = i16::try_from(year).map_err(|_| out_of_range())?;
    let [month, day] =
        [month, day].map(|number| i8::try_from(number).unwrap_or_default());
    civil::Date::new(year, month, day)
}

/// The number of nanoseconds in a second.
#[cfg(feature = "chrono")]
const SECOND: i128 = 1_000_000_000;

#[cfg(any(feature = "chrono", feature = "time"))]
fn out_of_range() -> Error {
    Error::from_args(format_args!("the value is outside the range of the target type"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Instants around and before the epoch, with all digits, and with an offset.
    #[cfg(any(feature = "chrono", feature = "time"))]
    const TEXTS: [(&str, &str); 5] = [
        ("2024-05-01T10:00:00Z", "2024-05-01T10:00:00Z"),
        ("2024-05-01T10:00:00.123456789Z", "2024-05-01T10:00:00.123456789Z"),
        ("1969-12-31T23:59:59.75Z", "1969-12-31T23:59:59.75Z"),
        ("2024-05-01T12:30:00+02:30", "2024-05-01T10:00:00Z"),
        ("9999-12-30T22:00:00Z", "9999-12-30T22:00:00Z"),
    ];

    #[test]
    fn system_time_and_back() {
        let text = "1970-01-01T00:00:01.5Z";
        let time = SystemTime::UNIX_EPOCH + Duration::from_millis(1500);
        assert_eq!(SystemTime::try_from(DateTime::from(text)).unwrap(), time);
        assert_eq!(DateTime::try_from(time).unwrap().as_str(), text);
        let before = SystemTime::UNIX_EPOCH - Duration::from_millis(250);
        let text = DateTime::try_from(before).unwrap();
        assert_eq!(text.as_str(), "1969-12-31T23:59:59.75Z");
        assert_eq!(SystemTime::try_from(&text).unwrap(), before);
        for none in ["", "tomorrow", "2024-05-01", "2024-05-01T10:00:00"] {
            assert!(SystemTime::try_from(&DateTime::from(none)).is_err(), "{none}");
        }
        let late = SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 40);
        assert!(DateTime::try_from(late).is_err());
    }

    #[cfg(feature = "chrono")]
    #[test]
    fn chrono_and_back() {
        use chrono::{DateTime as Chrono, TimeZone, Utc};

        for (text, utc) in TEXTS {
            let time = Chrono::<Utc>::try_from(DateTime::from(text)).unwrap();
            assert_eq!(time, text.parse::<Chrono<Utc>>().unwrap(), "{text}");
            assert_eq!(DateTime::try_from(time).unwrap().as_str(), utc);
        }
        assert!(Chrono::<Utc>::try_from(DateTime::from("tomorrow")).is_err());
        let late = Utc.timestamp_opt(1 << 40, 0).unwrap();
        assert!(DateTime::try_from(late).is_err());
        let leap = Utc.timestamp_opt(1_483_228_799, 1_500_000_000).unwrap();
        assert_eq!(DateTime::try_from(leap).unwrap().as_str(), "2017-01-01T00:00:00.5Z");
    }

    /// Dates in and around a leap year, and the first and the last one.
    #[cfg(any(feature = "chrono", feature = "time"))]
    const DATES: [(&str, i32, u32, u32); 4] = [
        ("2024-02-29", 2024, 2, 29),
        ("1969-12-31", 1969, 12, 31),
        ("0000-01-01", 0, 1, 1),
        ("9999-12-31", 9999, 12, 31),
    ];

    #[cfg(feature = "chrono")]
    #[test]
    fn dates_of_chrono_and_back() {
        use chrono::NaiveDate;

        for (text, year, month, day) in DATES {
            let date = NaiveDate::try_from(Date::from(text)).unwrap();
            assert_eq!(Some(date), NaiveDate::from_ymd_opt(year, month, day), "{text}");
            assert_eq!(Date::try_from(date).unwrap().as_str(), text);
        }
        for none in ["", "tomorrow", "2023-02-29"] {
            assert!(NaiveDate::try_from(&Date::from(none)).is_err(), "{none}");
        }
        for late in [10_000, 100_000] {
            let late = NaiveDate::from_ymd_opt(late, 1, 1).unwrap();
            assert!(Date::try_from(late).is_err(), "{late}");
        }
    }

    #[cfg(feature = "time")]
    #[test]
    fn dates_of_time_and_back() {
        use time::Month;

        for (text, year, month, day) in DATES {
            let date = time::Date::try_from(Date::from(text)).unwrap();
            let month = Month::try_from(u8::try_from(month).unwrap()).unwrap();
            let day = u8::try_from(day).unwrap();
            let expected = time::Date::from_calendar_date(year, month, day);
            assert_eq!(date, expected.unwrap(), "{text}");
            assert_eq!(Date::try_from(date).unwrap().as_str(), text);
        }
        for none in ["", "tomorrow", "2023-02-29"] {
            assert!(time::Date::try_from(&Date::from(none)).is_err(), "{none}");
        }
    }

    #[cfg(feature = "time")]
    #[test]
    fn time_and_back() {
        use time::OffsetDateTime;

        for (text, utc) in TEXTS {
            let time = OffsetDateTime::try_from(DateTime::from(text)).unwrap();
            let expected = DateTime::from(text).timestamp().unwrap().as_nanosecond();
            assert_eq!(time.unix_timestamp_nanos(), expected, "{text}");
            assert_eq!(DateTime::try_from(time).unwrap().as_str(), utc);
        }
        assert!(OffsetDateTime::try_from(DateTime::from("tomorrow")).is_err());
        let early = OffsetDateTime::from_unix_timestamp(-62_135_596_800).unwrap();
        let text = DateTime::try_from(early).unwrap();
        assert_eq!(OffsetDateTime::try_from(&text).unwrap(), early);
    }
}
