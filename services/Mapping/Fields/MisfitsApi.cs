using System.Text.Json.Nodes;
using LeadSync.Hosting.Web;
using LeadSync.Mapping.Config;

namespace LeadSync.Mapping.Fields;

/// <summary>The picklist report, and its one-call mending.</summary>
public static class MisfitsApi
{
    public static void MapMisfits(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/mappings/{connectionId:guid}/{object}/misfits", ReadAsync)
            .WithSummary("Values that fitted no picklist value, and what for.")
            .Produces<JsonObject>()
            .RequireAtLeast(Role.Viewer);
        app.MapPost("/v1/mappings/{connectionId:guid}/{object}/misfits/map", MapAsync)
            .WithSummary("Adds one value to the value map of a field and saves the mapping.")
            .Produces<MappingView>()
            .ReadsBody("field, value, and to: the value that takes its place.")
            .RequireAtLeast(Role.Integrator);
    }

    private static async Task<IResult> ReadAsync(
        Guid connectionId,
        string @object,
        Caller caller,
        Misfits misfits,
        CancellationToken cancellationToken
    ) =>
        Results.Ok(
            new { misfits = await misfits.ReadAsync(caller.Workspace, connectionId, @object, cancellationToken) }
        );

    private static async Task<IResult> MapAsync(
        Guid connectionId,
        string @object,
        Caller caller,
        HttpRequest request,
        HttpResponse response,
        SaveSettings save,
        SettingsStore store,
        CancellationToken cancellationToken
    )
    {
        if (await SavingApi.BodyAsync(request, [], cancellationToken) is not { } body)
            return SavingApi.Unreadable();
        var there = await store.ReadAsync(caller.Workspace, cancellationToken);
        if (MappingsApi.Find(there, connectionId, @object) is not { } stored)
            return MappingsApi.NoSuchMapping();

        var reader = new SettingReader();
        reader.IsObject(body, "", "field", "value", "to");
        var field = reader.Text(body, "", "field");
        var value = reader.Text(body, "", "value");
        var to = reader.Value(body, "", "to");
        if (!SettingReader.Has(body, "to"))
            reader.Fault("to", "is missing", "Give the value that takes its place.");
        var entry = stored.Entries.FirstOrDefault(one => one.Field.Equals(field, StringComparison.OrdinalIgnoreCase));
        if (field is not null && entry is null)
            reader.Fault("field", "is not mapped", "Use the CRM field's API name as the mapping has it.");
        if (reader.Faults.Count > 0)
            return SavingApi.Problem(new SaveOutcome.Faulty(reader.Faults))!;

        var mapped = AddToValueMap.To(entry!, value!, to!.Value);
        var setting = new MappingSetting(
            "",
            connectionId.ToString(),
            @object,
            [
                .. stored.Entries.Select(
                    (one, at) => new EntrySetting($"fields[{at}]", ReferenceEquals(one, entry) ? mapped : one)
                ),
            ]
        );
        var outcome = await save.RunAsync(
            SaveCause.Of(caller),
            reader,
            new ConfigDocument([], [setting], []),
            // What was read is what is changed: whoever saved in between is not overwritten.
            now => MappingsApi.Find(now, connectionId, @object)?.Revision == stored.Revision,
            cancellationToken
        );
        return SavingApi.Problem(outcome)
            ?? await MappingsApi.GetAsync(connectionId, @object, caller, store, response, cancellationToken);
    }
}
