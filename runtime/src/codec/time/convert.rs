//! Conversions between points in time and the types of other crates, through
//! [`jiff::Timestamp`].

use std::time::SystemTime;

use jiff::{Error, Timestamp};

use super::DateTime;

/// Implements the conversions between [`DateTime`] and another type, in both directions;
/// each function converts from or to a [`Timestamp`].
macro_rules! converts {
    ($other:ty, $of:expr, $into:expr) => {
        impl TryFrom<&DateTime> for $other {
            type Error = Error;

            /// Converts the instant in the text.
            fn try_from(from: &DateTime) -> Result<Self, Error> {
                $of(from.timestamp()?)
            }
        }

        impl TryFrom<DateTime> for $other {
            type Error = Error;

            /// Converts the instant in the text.
            fn try_from(from: DateTime) -> Result<Self, Error> {
                Self::try_from(&from)
            }
        }

        impl TryFrom<$other> for DateTime {
            type Error = Error;

            /// Converts an instant between the years -9999 and 9999.
            fn try_from(from: $other) -> Result<Self, Error> {
                $into(from).map(Self::from)
            }
        }
    };
}

converts!(SystemTime, SystemTime::try_from, Timestamp::try_from);

#[cfg(feature = "chrono")]
converts!(
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
    time::OffsetDateTime,
    |timestamp: Timestamp| {
        time::OffsetDateTime::from_unix_timestamp_nanos(timestamp.as_nanosecond())
            .map_err(|_| out_of_range())
    },
    |time: time::OffsetDateTime| Timestamp::from_nanosecond(time.unix_timestamp_nanos())
);

/// The number of nanoseconds in a second.
#[cfg(feature = "chrono")]
const SECOND: i128 = 1_000_000_000;

#[cfg(any(feature = "chrono", feature = "time"))]
fn out_of_range() -> Error {
    Error::from_args(format_args!("the instant is outside the range of the target type"))
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
