using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using LeadSync.Mapping.Config;
using LeadSync.Mapping.Connections;
using LeadSync.Mapping.Fields;
using LeadSync.Mapping.Leads;
using LeadSync.Mapping.References;
using LeadSync.Mapping.Routes;
using LeadSync.Mapping.Sources;

namespace LeadSync.Mapping.Samples;

/// <summary>
/// Maps the samples of a test batch as leads of their source are mapped for the connection: by the same code, with the same
/// overrides and look-ups. Stores nothing.
/// </summary>
public sealed class MakeTestBatch(
    SettingsStore settings,
    ConnectorClient connector,
    ReferencesToShow references,
    TimeProvider clock
)
{
    /// <returns>The batch, or why there is none.</returns>
    public async Task<(TestBatch? Batch, IResult? Problem)> RunAsync(
        Caller caller,
        Guid connectionId,
        JsonElement body,
        CancellationToken cancellationToken
    )
    {
        var reader = new SettingReader();
        if (WantedSamples.Read(reader, body) is not { } wanted)
            return (null, Faulty(reader));
        var connections = await connector.ListAsync(caller.Workspace, cancellationToken);
        if (connections.All(connection => connection.Id != connectionId))
        {
            var problem = FailureCatalogue.NotFound.Problem(
                StatusCodes.Status404NotFound,
                "There is no such connection."
            );
            return (null, problem);
        }
        var there = await settings.ReadAsync(caller.Workspace, cancellationToken);
        if (there.Route(wanted.Source, connectionId) is not { } route)
        {
            reader.Fault("source", "has no route to this connection", "Make the route first; it need not be enabled.");
            return (null, Faulty(reader));
        }
        var (mappings, unavailable) = await MappingsAsync(caller, connectionId, there, route, cancellationToken);
        if (unavailable is not null)
            return (null, SavingApi.Problem(new SaveOutcome.Unavailable(unavailable)));

        var now = clock.GetUtcNow();
        var batchId = Guid.CreateVersion7(now);
        var model = new SourceModel(there.Source(wanted.Source)?.Fields ?? []);
        var made = wanted.FourCases is { } people
            ? FourCases.Make(people, model, mappings, route.Terms.CreateAs, batchId, now)
            : null;
        if (made is not null && model.EmailField is null)
            reader.Fault(
                "fourCases",
                "need an address, and no field of the source has the role email",
                "Give samples of your own, or give a field that role."
            );
        var nodes = made?.Select(sample => (sample.Lead, "fourCases")) ?? wanted.Leads;
        var leads = nodes
            .Select(
                (node, index) =>
                    SampleLead.Read(
                        reader,
                        node.Item1,
                        node.Item2,
                        new LeadKey(caller.Workspace, wanted.Source, $"test-batch/{batchId}/{index + 1}"),
                        now
                    )
            )
            .ToList();
        foreach (var (lead, index) in leads.Select((lead, index) => (lead, index)))
        {
            if (lead is not null && lead.Key.Source != wanted.Source)
                reader.Fault($"leads[{index}].source", "is another than the batch's", "Take it out.");
        }
        if (reader.Faults.Count > 0)
            return (null, Faulty(reader));

        var samples = new List<TestLead>();
        foreach (var lead in leads)
        {
            lead!.Model = model;
            var sample = made?[samples.Count];
            samples.Add(
                await MapAsync(lead, samples.Count + 1, connectionId, route, mappings, now, cancellationToken)
                    is var one
                && sample is null
                    ? one
                    : one with
                    {
                        Case = sample.Case,
                        Notes = [.. one.Notes, .. sample.Notes],
                    }
            );
        }
        return (new TestBatch(batchId, connectionId, wanted.Mode, wanted.Source, samples), null);
    }

    private async Task<TestLead> MapAsync(
        WorkingLead lead,
        int number,
        Guid connectionId,
        StoredRoute route,
        IReadOnlyList<ObjectMapping> mappings,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var sample = new TestLead(number, lead.Key.LeadId) { Notes = Notes(lead, route, now) };
        if (!route.Terms.Takes(lead.State))
            return sample with { Skipped = FailureCatalogue.FilteredOut.Code };
        var seen = lead.ToMap().For(connectionId);
        var named = await references.ReadAsync(
            lead.Key.Workspace,
            connectionId,
            WantedReferences.Of(seen, mappings),
            cancellationToken
        );
        var createAs = route.Terms.CreateAsFor(lead.State);
        return FieldMapper.Map(seen with { References = named }, mappings, createAs) switch
        {
            MappingOutcome.Mapped mapped => sample with
            {
                Wanted = MappingEvents.Mapped(lead, connectionId, createAs, Versions.Of(now), mapped),
            },
            MappingOutcome.CannotMap { Faults.Count: 0, Kind: var kind } => sample with
            {
                Problems = [new TestProblem(kind.Code, kind.Cause, kind.Cause, kind.Fix)],
            },
            MappingOutcome.CannotMap cannot => sample with
            {
                Problems = [.. cannot.Faults.Select(fault => Problem(fault.Kind ?? cannot.Kind, fault))],
            },
            var other => throw new InvalidOperationException($"An unknown outcome of mapping: {other.GetType().Name}."),
        };
    }

    private static TestProblem Problem(FailureKind kind, FieldProblem fault) =>
        new(kind.Code, $"{fault.Object}.{fault.Field} {fault.Reason}.", kind.Cause, fault.Fix)
        {
            Fields = [fault.Field],
        };

    private static List<string> Notes(WorkingLead lead, StoredRoute route, DateTimeOffset now)
    {
        var notes = new List<string>();
        if (!route.Enabled)
            notes.Add("The route is switched off: leads that are captured do not go there now.");
        if (route.Terms.WaitsUntil(lead.State, now, now) is { } until)
            notes.Add(
                until == RouteTerms.Never
                    ? "The route would let such a lead wait until its source calls it completed."
                    : "The route would let such a lead wait until nothing was captured of it for a while."
            );
        return notes;
    }

    // As leads are mapped; null beside a kind where a schema cannot be read now.
    private async Task<(IReadOnlyList<ObjectMapping> Mappings, FailureKind? Unavailable)> MappingsAsync(
        Caller caller,
        Guid connectionId,
        StoredSettings there,
        StoredRoute route,
        CancellationToken cancellationToken
    )
    {
        var mappings = new List<ObjectMapping>();
        foreach (var stored in there.Mappings.Where(mapping => mapping.ConnectionId == connectionId))
        {
            var reading = await connector.ReadSchemaAsync(
                caller.Workspace,
                connectionId,
                stored.Object,
                cancellationToken
            );
            if (reading is SchemaReading.Unavailable(var kind))
                return ([], kind);
            mappings.Add(new ObjectMapping(stored.Object, stored.Entries, (reading as SchemaReading.Known)?.Schema));
        }
        return (MappingOverride.Over(mappings, route.Terms.Overrides), null);
    }

    private static IResult Faulty(SettingReader reader) =>
        FailureCatalogue.TestBatchInvalid.Problem(
            StatusCodes.Status422UnprocessableEntity,
            reader.Faults.Count == 1
                ? "One thing is wrong; nothing was tried."
                : $"{reader.Faults.Count} things are wrong; nothing was tried.",
            reader.Faults
        );
}
