using System.Diagnostics;
using Microsoft.Extensions.Primitives;

namespace LeadSync.Gateway;

/// <summary>
/// A <c>traceparent</c> from outside becomes a link of our own span, never its parent: whoever is outside must not decide
/// whether we sample, nor join our customers' work into one trace.
/// </summary>
public static class OutsideTraces
{
    public static void AddOutsideTraces(this WebApplicationBuilder builder) =>
        builder.Services.AddSingleton<DistributedContextPropagator>(
            new TakesNothing(DistributedContextPropagator.CreateDefaultPropagator())
        );

    public static void UseOutsideTraces(this WebApplication app) =>
        app.Use(
            (context, next) =>
            {
                Link(Activity.Current, context.Request.Headers.TraceParent);
                return next(context);
            }
        );

    /// <summary>Links a span to what somebody outside says it belongs to; what is no trace is ignored.</summary>
    public static void Link(Activity? span, StringValues traceParent)
    {
        if (
            traceParent.Count == 1
            && ActivityContext.TryParse(traceParent[0], null, isRemote: true, out var outside)
            && outside != default
        )
            span?.AddLink(new ActivityLink(outside));
    }

    /// <summary>Passes our own context on as usual, and takes none in: neither trace nor baggage.</summary>
    private sealed class TakesNothing(DistributedContextPropagator outgoing) : DistributedContextPropagator
    {
        public override IReadOnlyCollection<string> Fields => outgoing.Fields;

        public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter) =>
            outgoing.Inject(activity, carrier, setter);

        public override void ExtractTraceIdAndState(
            object? carrier,
            PropagatorGetterCallback? getter,
            out string? traceId,
            out string? traceState
        ) => traceId = traceState = null;

        public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(
            object? carrier,
            PropagatorGetterCallback? getter
        ) => null;
    }
}
