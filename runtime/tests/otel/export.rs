//! Exporters to memory, and their content in the words of the tests.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use opentelemetry::trace::{SpanKind, Status, TracerProvider};
use opentelemetry::{KeyValue, Value, global};
use opentelemetry_sdk::metrics::data::{
    AggregatedMetrics, HistogramDataPoint, MetricData,
};
use opentelemetry_sdk::metrics::{
    InMemoryMetricExporter, PeriodicReader, SdkMeterProvider,
};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use tracing::instrument::WithSubscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;

use crate::loopback::api::{PRIVATE, SECRET};

/// The values of parameters in these tests, and the secrets. None of them is exported.
pub(crate) const ID: &str = "5f0e1d2c3b4a596877665544";
const HIDDEN: [&str; 6] =
    [ID, SECRET, PRIVATE, "hunter2", "MyProject", "grant_type=client_credentials"];

pub(crate) type Attributes = BTreeMap<String, Value>;

/// The spans that ended while a program ran, in the order of their ends.
pub(crate) struct Spans(pub(crate) Vec<SpanData>);

/// Runs a program inside a span named `program`, and returns the exported spans. Checks
/// that they contain no secrets and IDs.
pub(crate) async fn traced(program: impl Future<Output = ()>) -> Spans {
    let spans = traced_at(tracing::Level::DEBUG, program).await;
    let text = format!("{:?}", spans.0);
    for hidden in HIDDEN {
        assert!(!text.contains(hidden), "{hidden} in {text}");
    }
    spans
}

/// Like [`traced`], with the events down to a level, and without that check.
pub(crate) async fn traced_at(
    level: tracing::Level,
    program: impl Future<Output = ()>,
) -> Spans {
    let exporter = InMemorySpanExporter::default();
    let provider =
        SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    // Without the HTTP stack's spans, and without attributes that differ from run to
    // run.
    let filter = filter_fn(move |metadata| {
        *metadata.level() <= level && metadata.target().starts_with("atlas_admin")
    });
    let layer = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("program"))
        .with_location(false)
        .with_threads(false)
        .with_target(false)
        .with_tracked_inactivity(false)
        .with_filter(filter);
    let subscriber = tracing_subscriber::registry().with(layer);
    let program = async {
        let span = tracing::info_span!(target: "atlas_admin", "program");
        tracing::Instrument::instrument(program, span).await;
    };
    program.with_subscriber(subscriber).await;
    provider.force_flush().unwrap();
    Spans(exporter.get_finished_spans().unwrap())
}

impl Spans {
    /// Returns the only span with a name.
    pub(crate) fn one(&self, name: &str) -> &SpanData {
        let [span] = self.all(name)[..] else { panic!("{name} in {:#?}", self.0) };
        span
    }

    /// Returns the spans with a name, in the order of their ends.
    pub(crate) fn all(&self, name: &str) -> Vec<&SpanData> {
        self.0.iter().filter(|span| span.name == name).collect()
    }

    /// Asserts that each span is a child of the next, and the last one a child of the
    /// program's.
    pub(crate) fn are_nested(&self, names: &[&str]) {
        let mut parent = self.one("program").span_context.span_id();
        for name in names.iter().rev() {
            let span = self.one(name);
            assert_eq!(span.parent_span_id, parent, "{name}");
            parent = span.span_context.span_id();
        }
    }
}

/// Asserts the attributes of a span.
#[track_caller]
pub(crate) fn says(
    span: &SpanData,
    kind: SpanKind,
    status: Status,
    attributes: impl IntoIterator<Item = (&'static str, Value)>,
) {
    assert_eq!(span.span_kind, kind);
    assert_eq!(span.status, status);
    let expected = attributes.into_iter();
    let expected = expected.map(|(name, value)| (name.to_owned(), value)).collect();
    assert_eq!(of(&span.attributes), expected);
}

/// Returns an attribute of a span.
pub(crate) fn attribute<'s>(span: &'s SpanData, name: &str) -> Option<&'s Value> {
    let found = span.attributes.iter().find(|pair| pair.key.as_str() == name);
    found.map(|pair| &pair.value)
}

fn of<'a>(attributes: impl IntoIterator<Item = &'a KeyValue>) -> Attributes {
    let pairs = attributes.into_iter();
    pairs.map(|pair| (pair.key.to_string(), pair.value.clone())).collect()
}

static METRICS: LazyLock<(InMemoryMetricExporter, SdkMeterProvider)> =
    LazyLock::new(|| {
        let exporter = InMemoryMetricExporter::default();
        let reader = PeriodicReader::builder(exporter.clone()).build();
        let provider = SdkMeterProvider::builder().with_reader(reader).build();
        global::set_meter_provider(provider.clone());
        (exporter, provider)
    });

/// Sets the meter provider of the process, before any client is built.
pub(crate) fn measure() {
    LazyLock::force(&METRICS);
}

/// Returns the points of a histogram of seconds that have an attribute.
pub(crate) fn points(
    name: &str,
    attribute: (&str, Value),
) -> Vec<(Attributes, HistogramDataPoint<f64>)> {
    let (exporter, provider) = &*METRICS;
    provider.force_flush().unwrap();
    let exported = exporter.get_finished_metrics().unwrap();
    let text = format!("{exported:?}");
    for hidden in HIDDEN {
        assert!(!text.contains(hidden), "{hidden} in {text}");
    }
    // They are cumulative, so the last ones contain all.
    let scopes = exported.last().expect("metrics").scope_metrics();
    let metrics = scopes.flat_map(|scope| scope.metrics());
    let found = metrics.filter(|metric| metric.name() == name);
    let mut points = Vec::new();
    for metric in found {
        assert_eq!(metric.unit(), "s");
        let AggregatedMetrics::F64(MetricData::Histogram(histogram)) = metric.data()
        else {
            panic!("{metric:?}");
        };
        for point in histogram.data_points() {
            let attributes = of(point.attributes());
            if attributes.get(attribute.0) == Some(&attribute.1) {
                points.push((attributes, point.clone()));
            }
        }
    }
    points
}
