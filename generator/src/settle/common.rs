//! The record of the fields that all variants of a union have in common, for a value that selects
//! no known variant.
//!
//! The service adds variants between two documents. An unknown variant has the common fields too,
//! so they are typed. A field that was once common is kept when a variant without it is added.

use std::borrow::Cow;

use crate::ledger::{Fields, Ledger};
use crate::model::{
    Api, Discriminator, Field, Kind, Limits, Origin, Place, Record, Type, TypeDef,
    TypeId, Union,
};

/// The ledger's fields of the common record; `None` where it has no such record.
type Known<'l> = Option<&'l Fields>;

/// Adds the record to every union with a discriminating property whose variants share more fields
/// than that property. A union that the ledger has without the record doesn't get one.
pub(super) fn add_common_records(api: &mut Api, ledger: &Ledger) {
    for index in 0..api.types.len() {
        let Kind::Union(Union { by: Discriminator::Tag { property, .. }, .. }) =
            &api.types[index].kind
        else {
            continue;
        };
        let property = property.clone();
        let union = &api.types[index];
        let recorded = union.recorded.as_deref().and_then(|name| ledger.union(name));
        let name = recorded.and_then(|union| union.common()).map(|(name, _)| name);
        if recorded.is_some() && name.is_none() {
            continue;
        }
        let known = name.and_then(|name| ledger.record(name));
        let Some(shared) = shared_fields(api, TypeId(index), known, &mut Vec::new())
        else {
            continue;
        };
        let mut fields: Vec<Field> = shared.into_iter().map(relax).collect();
        if name.is_none() && fields.iter().all(|field| field.json_name == property) {
            continue;
        }
        if let Some(name) = name {
            add_tag(api, ledger, name, &property, &mut fields);
            fields.iter_mut().for_each(|field| restore(api, ledger, name, field));
        }
        let def = TypeDef {
            origin: Origin {
                places: common_places(&api.types[index].origin),
                named: false,
            },
            recorded: name.map(str::to_owned),
            kind: Kind::Record(Record { fields }),
            prose: None,
            docs_url: None,
        };
        let id = TypeId(api.types.len());
        api.types.push(def);
        if let Kind::Union(union) = &mut api.types[index].kind {
            union.common = Some(Type::Def(id));
        }
    }
}

/// Adds the field of the discriminator where the record has had one: every object has the
/// discriminator, whether or not its variant has a field for it.
fn add_tag(
    api: &Api,
    ledger: &Ledger,
    record: &str,
    tag: &str,
    fields: &mut Vec<Field>,
) {
    let known = ledger.field(record, tag);
    let ty = known.and_then(|known| find(api, &known.held.ty));
    let place = fields.binary_search_by(|field| field.json_name.as_str().cmp(tag));
    if let (Some(ty), Err(place)) = (ty, place) {
        fields.insert(place, Field::new(tag, ty));
    }
}

/// Gives a field of the record the type that it was recorded with.
fn restore(api: &Api, ledger: &Ledger, record: &str, field: &mut Field) {
    let Some(known) = ledger.field(record, &field.json_name) else { return };
    if let Some(ty) = find(api, &known.held.ty) {
        field.ty = ty;
        field.nullable = known.nullable;
    }
}

fn find(api: &Api, ty: &Type<String>) -> Option<Type> {
    let id = |name: &String| {
        let is_it = |def: &TypeDef| def.recorded.as_ref() == Some(name);
        api.types.iter().position(is_it).map(TypeId).ok_or(())
    };
    ty.try_map(&mut |name| id(name)).ok()
}

fn common_places(union: &Origin) -> Vec<Place> {
    union
        .places
        .iter()
        .map(|place| Place {
            key: format!("{}#common", place.key),
            hint: format!("{} common", place.hint),
            ..place.clone()
        })
        .collect()
}

/// Returns the fields that every variant has in the same type, and the recorded ones; `None` where
/// a variant is no record.
fn shared_fields<'a>(
    api: &'a Api,
    id: TypeId,
    known: Known<'_>,
    path: &mut Vec<TypeId>,
) -> Option<Vec<Cow<'a, Field>>> {
    if path.contains(&id) {
        return None;
    }
    path.push(id);
    let fields = match &api.def(id).kind {
        Kind::Record(record) => Some(record.fields.iter().map(Cow::Borrowed).collect()),
        Kind::Union(union) => {
            let mut shared: Option<Vec<Cow<'a, Field>>> = None;
            for variant in &union.variants {
                let fields = match variant.ty {
                    Type::Def(id) => shared_fields(api, id, known, path),
                    _ => None,
                };
                // A variant that is no record has none of the recorded fields.
                let fields = fields.or(known.map(|_| Vec::new()))?;
                shared = Some(match shared {
                    None => fields,
                    Some(shared) => intersect(api, shared, &fields, known),
                });
            }
            shared
        }
        Kind::Enum(_) => None,
    };
    path.pop();
    fields
}

fn intersect<'a>(
    api: &Api,
    shared: Vec<Cow<'a, Field>>,
    fields: &[Cow<'a, Field>],
    known: Known<'_>,
) -> Vec<Cow<'a, Field>> {
    let is_known =
        |field: &Field| known.is_some_and(|all| all.contains_key(&field.json_name));
    let new = fields
        .iter()
        .filter(|field| is_known(field) && twin(&shared, &field.json_name).is_none());
    let new: Vec<Cow<'_, Field>> = new.cloned().collect();
    let mut united: Vec<Cow<'_, Field>> = shared
        .into_iter()
        .filter_map(|mut field| {
            let Some(other) = twin(fields, &field.json_name) else {
                return is_known(&field).then_some(field);
            };
            if other.ty != field.ty {
                if !is_text(api, &field.ty) || !is_text(api, &other.ty) {
                    // A recorded field keeps its type, and decodes the values that fit.
                    return is_known(&field).then_some(field);
                }
                field.to_mut().ty = Type::String;
            }
            field.to_mut().intersect(other);
            Some(field)
        })
        .collect();
    united.extend(new);
    united.sort_by(|a, b| a.json_name.cmp(&b.json_name));
    united
}

fn twin<'f>(fields: &'f [Cow<'_, Field>], json_name: &str) -> Option<&'f Field> {
    fields.iter().map(|field| &**field).find(|field| field.json_name == json_name)
}

/// Makes a field optional: an unknown variant may not have it.
fn relax(field: Cow<'_, Field>) -> Field {
    let mut field = field.into_owned();
    field.required = false;
    field.limits = Limits::default();
    field.listed.clear();
    field.prose = None;
    field
}

fn is_text(api: &Api, ty: &Type) -> bool {
    match ty {
        Type::String => true,
        Type::Def(id) => api.is_enum(*id),
        _ => false,
    }
}
