using System.Text.Json;
using System.Text.Json.Nodes;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using LeadSync.Mapping.Config;
using LeadSync.Mapping.Connections;
using LeadSync.Mapping.References;
using LeadSync.Mapping.Routes;

namespace LeadSync.Mapping.Fields;

/// <summary>
/// Shows what a mapping, saved or not, makes of a sample or of a real lead, with what the route of the lead's source puts over
/// it. Writes nothing, here or at the CRM.
/// </summary>
public static class PreviewApi
{
    public static void MapPreviews(this IEndpointRouteBuilder app) =>
        app.MapPost("/v1/mappings/{connectionId:guid}/{object}/preview", PreviewAsync)
            .WithSummary("What a mapping, saved or not, makes of a sample or of a real lead. Writes nothing.")
            .Produces<MappingPreview>()
            .ReadsBody(
                "A sample, or source and leadId of a real lead (Integrators only); mapping, when it is not the saved one."
            )
            .RequireAtLeast(Role.Viewer);

    private static async Task<IResult> PreviewAsync(
        Guid connectionId,
        string @object,
        Caller caller,
        HttpRequest request,
        SettingsStore store,
        ConnectorClient connector,
        FindLead leads,
        ReferencesToShow references,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        if (await SavingApi.BodyAsync(request, [], cancellationToken) is not { } body)
            return SavingApi.Unreadable();
        var reader = new SettingReader();
        reader.IsObject(body, "", "sample", "source", "leadId", "mapping");
        var sample = PreviewLead.Read(reader, body, caller.Workspace, clock.GetUtcNow());
        var draft = Draft(reader, body, connectionId, @object);
        if (reader.Faults.Count > 0)
            return SavingApi.Problem(new SaveOutcome.Faulty(reader.Faults))!;

        // What people typed is for those who set the mappings up; a sample is the caller's own.
        if (sample.Real is not null && caller.Role < Role.Integrator)
            return FailureCatalogue.Forbidden.Problem(
                StatusCodes.Status403Forbidden,
                "A real lead is shown to Integrators; give a sample instead."
            );
        var lead = sample.Real is null ? sample.Lead : await leads.ReadAsync(sample.Real.Value, cancellationToken);
        if (lead is null)
            return FailureCatalogue.NotFound.Problem(StatusCodes.Status404NotFound, "There is no such lead.");
        lead = lead.For(connectionId);

        var connections = await connector.ListAsync(caller.Workspace, cancellationToken);
        var schema = connections.Any(connection => connection.Id == connectionId)
            ? await connector.ReadSchemaAsync(caller.Workspace, connectionId, @object, cancellationToken)
            : new SchemaReading.NotThere();
        if (schema is SchemaReading.Unavailable(var kind))
            return SavingApi.Problem(new SaveOutcome.Unavailable(kind))!;
        if (schema is not SchemaReading.Known(var known))
            return FailureCatalogue.NotFound.Problem(
                StatusCodes.Status404NotFound,
                "There is no such connection, or its CRM has no such object."
            );

        var there = await store.ReadAsync(caller.Workspace, cancellationToken);
        var stored = there.Mapping(connectionId, @object);
        if (draft is null && stored is null)
            return SavingApi.NotThere(MappingSetting.Kind);
        if (draft is not null && Faults(draft, there, connections, connectionId, known) is { Count: > 0 } faults)
            return SavingApi.Problem(new SaveOutcome.Faulty(faults))!;

        var now = clock.GetUtcNow();
        var entries = draft?.Fields.Select(field => StoredEntries.SavedAt(now, field.Entry, stored?.Entries));
        var overrides = there.Route(lead.Key.Source, connectionId)?.Terms.Overrides ?? [];
        var mapping = MappingOverride.Over(
            [new ObjectMapping(@object, entries?.ToList() ?? stored!.Entries, known)],
            overrides
        )[0];
        var named = await references.ReadAsync(
            caller.Workspace,
            connectionId,
            WantedReferences.Of(lead, [mapping]),
            cancellationToken
        );
        return Results.Ok(FieldPreview.Show(lead with { References = named }, mapping));
    }

    private static List<FieldFault> Faults(
        MappingSetting draft,
        StoredSettings there,
        IReadOnlyList<CrmConnection> connections,
        Guid connectionId,
        CrmSchema schema
    )
    {
        var faults = new List<FieldFault>();
        MappingRules.Check(
            draft,
            new ConfigSurroundings(
                connections,
                new Dictionary<(Guid, string), CrmSchema?> { [(connectionId, draft.Object)] = schema },
                new HashSet<string>(StringComparer.Ordinal),
                new HashSet<(Guid, string)>()
            ),
            there
                .Sources.Where(source => source.Declared)
                .Select(source => source.Name)
                .ToHashSet(StringComparer.Ordinal),
            faults
        );
        return faults;
    }

    private static MappingSetting? Draft(SettingReader reader, JsonElement body, Guid connectionId, string name)
    {
        if (!SettingReader.Has(body, "mapping"))
            return null;
        var node = body.GetProperty("mapping");
        if (!reader.IsObject(node, "mapping", "fields"))
            return null;
        var whole = JsonObject.Create(node)!;
        whole["connection"] = connectionId.ToString();
        whole["object"] = name;
        return MappingSetting.Read(reader, JsonSerializer.SerializeToElement(whole), "mapping");
    }
}
