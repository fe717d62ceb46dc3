//! JSON literals.

/// Creates a [`Json`](crate::codec::Json) from a literal; its keys keep their order.
///
/// A value can be any expression that converts into `Json`.
///
/// ```
/// use atlas_admin_runtime::json;
///
/// let limit = 10;
/// let pipeline = json!([
///     {"$match": {"state": "IDLE", "tags": ["a", null]}},
///     {"$sort": {"score": -1, "name": 1}},
///     {"$limit": limit * 2},
/// ]);
/// assert_eq!(pipeline[2]["$limit"].as_i64(), Some(20));
/// ```
#[macro_export]
macro_rules! json {
    (null) => { $crate::codec::Json::Null };
    ([$($items:tt)*]) => {{
        #[allow(unused_mut, clippy::vec_init_then_push, reason = "any number of items")]
        let mut items = ::std::vec::Vec::<$crate::codec::Json>::new();
        $crate::json!(@items items $($items)*);
        $crate::codec::Json::Array(items)
    }};
    ({$($members:tt)*}) => {{
        #[allow(unused_mut, reason = "the object may be empty")]
        let mut members = $crate::codec::Map::<$crate::codec::Json>::default();
        $crate::json!(@members members $($members)*);
        $crate::codec::Json::from(members)
    }};

    (@items $list:ident) => {};
    (@items $list:ident null $(, $($rest:tt)*)?) => {
        $list.push($crate::json!(null));
        $($crate::json!(@items $list $($rest)*);)?
    };
    (@items $list:ident [$($item:tt)*] $(, $($rest:tt)*)?) => {
        $list.push($crate::json!([$($item)*]));
        $($crate::json!(@items $list $($rest)*);)?
    };
    (@items $list:ident {$($item:tt)*} $(, $($rest:tt)*)?) => {
        $list.push($crate::json!({$($item)*}));
        $($crate::json!(@items $list $($rest)*);)?
    };
    (@items $list:ident $item:expr $(, $($rest:tt)*)?) => {
        $list.push($crate::codec::Json::from($item));
        $($crate::json!(@items $list $($rest)*);)?
    };

    (@members $map:ident) => {};
    (@members $map:ident $name:tt: null $(, $($rest:tt)*)?) => {
        $map.insert(($name).into(), $crate::json!(null));
        $($crate::json!(@members $map $($rest)*);)?
    };
    (@members $map:ident $name:tt: [$($value:tt)*] $(, $($rest:tt)*)?) => {
        $map.insert(($name).into(), $crate::json!([$($value)*]));
        $($crate::json!(@members $map $($rest)*);)?
    };
    (@members $map:ident $name:tt: {$($value:tt)*} $(, $($rest:tt)*)?) => {
        $map.insert(($name).into(), $crate::json!({$($value)*}));
        $($crate::json!(@members $map $($rest)*);)?
    };
    (@members $map:ident $name:tt: $value:expr $(, $($rest:tt)*)?) => {
        $map.insert(($name).into(), $crate::codec::Json::from($value));
        $($crate::json!(@members $map $($rest)*);)?
    };

    ($value:expr) => { $crate::codec::Json::from($value) };
}
