//! The few places where prettyplease and rustfmt lay out the same code differently.
//!
//! Generated code is read, and edited by mistake, with rustfmt at hand: it must have nothing to
//! change. A test holds `rustfmt --check` against every generated file.

/// The widest line of both printers: `max_width` in rustfmt.toml.
const WIDTH: usize = 89;

/// Lays lines out as rustfmt does.
pub(super) fn with_rustfmt(lines: &mut Vec<String>) {
    let mut index = 0;
    while index + 2 < lines.len() {
        let replacement = output(lines, index)
            .or_else(|| field(lines, index))
            .or_else(|| table(lines, index))
            .or_else(|| only_list(lines, index))
            .or_else(|| wide(&lines[index]));
        if let Some((count, with)) = replacement {
            lines.splice(index..index + count, with);
        }
        index += 1;
    }
}

/// How many lines are replaced, and by which.
type Replacement = Option<(usize, Vec<String>)>;

/// A return type that is too long for its line: prettyplease breaks it inside the brackets,
/// rustfmt before the brace or, where there are no arguments, before the arrow.
fn output(lines: &[String], index: usize) -> Replacement {
    let first = &lines[index];
    let opens = first.ends_with('<') && first.contains(") -> ");
    if !opens || lines[index + 2].trim_start() != "> {" {
        return None;
    }
    let indent = indent(first);
    let joined = format!("{first}{}>", lines[index + 1].trim().trim_end_matches(','));
    let with = if joined.trim_start().starts_with(')') {
        if joined.trim_start().len() >= WIDTH {
            return None;
        }
        vec![joined, format!("{indent}{{")]
    } else {
        let (head, output) = joined.split_once(" -> ")?;
        vec![head.to_owned(), format!("{indent}-> {output} {{")]
    };
    Some((3, with))
}

/// A field whose type is too long for its line: prettyplease breaks it inside the brackets,
/// rustfmt before it.
fn field(lines: &[String], index: usize) -> Replacement {
    let first = &lines[index];
    let opens = first.trim_start().starts_with("pub ") && first.ends_with('<');
    if !opens || lines[index + 2].trim() != ">," {
        return None;
    }
    let (name, ty) = first.split_once(": ")?;
    let argument = lines[index + 1].trim().trim_end_matches(',');
    let indent = indent(first);
    Some((3, vec![format!("{name}:"), format!("{indent}    {ty}{argument}>,")]))
}

/// A field table that fits into one line, or into one line after the equals sign.
fn table(lines: &[String], index: usize) -> Replacement {
    let first = &lines[index];
    if !first.ends_with(" = Table {") && !first.ends_with(" = Variants {") {
        return None;
    }
    let indent = indent(first);
    let end = format!("{indent}}};");
    let count = lines[index..].iter().take(12).position(|line| *line == end)? + 1;
    let inner: Vec<&str> =
        lines[index..index + count].iter().map(|line| line.trim()).collect();
    let joined =
        inner.join(" ").replace("[ ", "[").replace(", ]", "]").replace(", }", " }");
    if indent.len() + joined.len() <= WIDTH {
        return Some((count, vec![format!("{indent}{joined}")]));
    }
    let (name, value) = joined.split_once(" = ")?;
    let fits = indent.len() + 4 + value.len() <= WIDTH;
    fits.then(|| {
        (count, vec![format!("{indent}{name} ="), format!("{indent}    {value}")])
    })
}

/// A line that ends with a comma just behind the edge, which only prettyplease lets pass.
fn wide(line: &str) -> Replacement {
    if line.len() != WIDTH + 1 || !line.ends_with(',') {
        return None;
    }
    let indent = indent(line);
    if let Some((pattern, place)) = line.split_once(" => ") {
        let place = place.trim_end_matches(',');
        let with = [
            format!("{pattern} => {{"),
            format!("{indent}    {place}"),
            format!("{indent}}}"),
        ];
        return Some((1, with.to_vec()));
    }
    let items = line.strip_suffix("],")?;
    let (name, items, end) = match items.split_once(": &[") {
        Some((name, items)) => (format!("{name}: "), items, ")"),
        None => (indent.to_owned(), items.trim_start().strip_prefix("&[")?, "]"),
    };
    let mut with = vec![format!("{name}&[")];
    with.extend(items.split(&format!("{end}, ")).map(|item| {
        let end = if item.ends_with(end) { "" } else { end };
        format!("{indent}    {item}{end},")
    }));
    with.push(format!("{indent}],"));
    Some((1, with))
}

/// A list that is the only item of a list: rustfmt opens and closes both at once.
fn only_list(lines: &[String], index: usize) -> Replacement {
    if lines[index].trim() != "&[" || lines[index + 1].trim() != "&[" {
        return None;
    }
    let outer = format!("{}],", indent(&lines[index]));
    let inner = format!("{}],", indent(&lines[index + 1]));
    let count = lines[index..].iter().position(|line| *line == outer)? + 1;
    if lines[index..].iter().position(|line| *line == inner)? + 2 != count {
        return None;
    }
    let mut with = vec![format!("{}&[&[", indent(&lines[index]))];
    let items = &lines[index + 2..index + count - 2];
    with.extend(
        items.iter().map(|item| item.strip_prefix("    ").unwrap_or(item).to_owned()),
    );
    with.push(format!("{}]],", indent(&lines[index])));
    Some((count, with))
}

fn indent(line: &str) -> &str {
    &line[..line.len() - line.trim_start().len()]
}
