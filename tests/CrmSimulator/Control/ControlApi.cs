using System.Text.Json;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Journal;
using LeadSync.CrmSimulator.Oauth;
using LeadSync.CrmSimulator.Rest;
using Microsoft.AspNetCore.Mvc;

namespace LeadSync.CrmSimulator.Control;

/// <summary>The control API: what a person or a test does to the simulator itself. Uses no API calls.</summary>
internal static class ControlApi
{
    public static void MapControl(this WebApplication app, Simulator simulator)
    {
        var control = app.MapGroup("/control").AddEndpointFilter(ExplainAsync);
        control.MapPost(
            "/reset",
            () =>
            {
                simulator.Reset();
                return Results.NoContent();
            }
        );
        MapOrgs(control, simulator);
        control.MapOauth(simulator);
        MapRecords(control, simulator);
        MapFaults(control, simulator);
        MapJournal(control, simulator);
    }

    /// <summary>Turns what is refused into problem details.</summary>
    private static async ValueTask<object?> ExplainAsync(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next
    )
    {
        try
        {
            return await next(context);
        }
        catch (ArgumentException e)
        {
            return Results.Problem(e.Message, statusCode: 400);
        }
        catch (ConsentException e)
        {
            return Results.Problem(e.Message, statusCode: 400);
        }
        catch (ApiException e)
        {
            return Results.Problem(e.Message, statusCode: e.Status);
        }
    }

    private static void MapOrgs(RouteGroupBuilder control, Simulator simulator)
    {
        control.MapGet("/orgs", () => simulator.Orgs.All.Select(OrgView.Of));
        control.MapPost(
            "/orgs",
            (NewOrg org) =>
                Results.Json(OrgView.Of(simulator.Orgs.Add(org.Name, org.ClientId, org.ClientSecret)), statusCode: 201)
        );
        control.MapGet("/orgs/{org}", (string org) => OrgView.Of(Find(simulator, org)));
        control.MapGet("/orgs/{org}/settings", (string org) => Find(simulator, org).Settings);
        control.MapPut(
            "/orgs/{org}/settings",
            (string org, OrgSettings settings) => Find(simulator, org).Settings = settings
        );
        control.MapGet("/orgs/{org}/setup", (string org) => Find(simulator, org).Setup);
        control.MapPut("/orgs/{org}/setup", (string org, OrgSetup setup) => Find(simulator, org).Setup = setup);
        control.MapPost(
            "/orgs/{org}/fields/{objectName}",
            (string org, string objectName, CustomField field) =>
            {
                Find(simulator, org).AddField(objectName, field);
                return Results.Json(field, statusCode: 201);
            }
        );
        control.MapPut(
            "/orgs/{org}/fields/{objectName}/{field}/access",
            (string org, string objectName, string field, NewAccess access) =>
            {
                Find(simulator, org).SetAccess(objectName, field, access.Access);
                return Results.NoContent();
            }
        );
        control.MapPost(
            "/orgs/{org}/expire-sessions",
            (string org) =>
            {
                Find(simulator, org).ExpireSessions();
                return Results.NoContent();
            }
        );
        control.MapPost(
            "/orgs/{org}/expire-locators",
            (string org) =>
            {
                Find(simulator, org).ExpireLocators();
                return Results.NoContent();
            }
        );
    }

    private static void MapRecords(RouteGroupBuilder control, Simulator simulator)
    {
        const string records = "/orgs/{org}/records/{objectName}";
        control.MapGet(
            records,
            (string org, string objectName, string? email, bool deleted = false) =>
            {
                var from = Find(simulator, org);
                return (email is null ? from.Records(objectName) : from.Find(objectName, email))
                    .Where(record => deleted || !record.IsDeleted)
                    .Select(record => record.Fields);
            }
        );
        control.MapGet(
            $"{records}/{{id}}",
            (string org, string objectName, string id) =>
                Find(simulator, org).Get(objectName, id) is { } record
                    ? Results.Json(record.Fields)
                    : Results.NotFound()
        );
        control.MapPost(
            records,
            async (string org, string objectName, [FromBody] JsonElement fields) =>
                Results.Json(
                    new { id = await Find(simulator, org).Rep.CreateAsync(objectName, fields) },
                    statusCode: 201
                )
        );
        control.MapPatch(
            $"{records}/{{id}}",
            async (string org, string objectName, string id, [FromBody] JsonElement fields) =>
            {
                await Find(simulator, org).Rep.EditAsync(objectName, id, fields);
                return Results.NoContent();
            }
        );
        control.MapDelete(
            $"{records}/{{id}}",
            async (string org, string objectName, string id) =>
            {
                await Find(simulator, org).Rep.DeleteAsync(objectName, id);
                return Results.NoContent();
            }
        );
        control.MapPost(
            "/orgs/{org}/records/Lead/{id}/convert",
            (string org, string id) => Find(simulator, org).Rep.ConvertAsync(id)
        );
        control.MapPut(
            $"{records}/{{id}}/lock",
            (string org, string objectName, string id, RecordLock body) =>
            {
                Find(simulator, org).Rep.Lock(objectName, id, body.Locked);
                return Results.NoContent();
            }
        );
        control.MapPost(
            $"{records}/{{id}}/merge",
            async (string org, string objectName, string id, MergeLoser body) =>
            {
                await Find(simulator, org).Rep.MergeAsync(objectName, id, body.Loser);
                return Results.NoContent();
            }
        );
        control.MapPost(
            $"{records}/{{id}}/touch",
            async (string org, string objectName, string id) =>
            {
                await Find(simulator, org).Rep.TouchAsync(objectName, id);
                return Results.NoContent();
            }
        );
    }

    private static void MapFaults(RouteGroupBuilder control, Simulator simulator)
    {
        control.MapGet("/faults", () => simulator.Faults.All);
        control.MapPost(
            "/faults",
            (FaultRule rule) => Results.Json(new { id = simulator.Faults.Put(rule) }, statusCode: 201)
        );
        control.MapPut(
            "/faults/{id}",
            (string id, FaultRule rule) => new { id = simulator.Faults.Put(rule with { Id = id }) }
        );
        control.MapDelete(
            "/faults/{id}",
            (string id) => simulator.Faults.Remove(id) ? Results.NoContent() : Results.NotFound()
        );
        control.MapDelete(
            "/faults",
            () =>
            {
                simulator.Faults.Clear();
                return Results.NoContent();
            }
        );
    }

    private static void MapJournal(RouteGroupBuilder control, Simulator simulator)
    {
        control.MapGet(
            "/journal",
            async (HttpContext context, long after = 0, string? kind = null, string? org = null, int limit = 10_000) =>
            {
                context.Response.ContentType = "application/json";
                var json = new Utf8JsonWriter(context.Response.BodyWriter);
                await using (json)
                {
                    json.WriteStartArray();
                    var wanted = simulator
                        .Journal.After(after)
                        .Where(entry => kind is null || RequestShape.Covers(kind, entry.Kind))
                        .Where(entry => org is null || string.Equals(org, entry.Org, StringComparison.Ordinal))
                        .Take(limit);
                    foreach (var entry in wanted)
                    {
                        JournalJson.Write(json, entry);
                        if (json.BytesPending > 1 << 16)
                            await json.FlushAsync(context.RequestAborted);
                    }

                    json.WriteEndArray();
                }
            }
        );
        control.MapGet(
            "/journal/summary",
            (long after = 0, string? org = null) => simulator.Journal.Summarize(after, org)
        );
    }

    internal static Org Find(Simulator simulator, string name) =>
        simulator.Orgs.Find(name) ?? throw new ApiException(404, new ApiError("NOT_FOUND", $"There is no org {name}."));

    private sealed record NewOrg(string Name, string ClientId, string ClientSecret);

    private sealed record NewAccess(FieldAccess Access);

    private sealed record RecordLock(bool Locked);

    private sealed record MergeLoser(string Loser);

    /// <summary>What the control API shows of an org; never its secret.</summary>
    private sealed record OrgView(
        string Name,
        string Id,
        string ClientId,
        string IntegrationUserId,
        string RepUserId,
        string InactiveUserId,
        string QueueId,
        int ApiCallsUsed,
        OrgSettings Settings
    )
    {
        public static OrgView Of(Org org) =>
            new(
                org.Name,
                org.Id,
                org.ClientId,
                org.IntegrationUserId,
                org.RepUserId,
                org.InactiveUserId,
                org.QueueId,
                org.ApiCallsUsed,
                org.Settings
            );
    }
}
