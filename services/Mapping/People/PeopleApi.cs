using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using LeadSync.Mapping.Config;

namespace LeadSync.Mapping.People;

/// <summary>What <c>DELETE /v1/people</c> did.</summary>
/// <param name="Erasure">Its name in the history of changes (<c>GET /v1/history/settings?setting=person</c>).</param>
/// <param name="Leads">How many leads were erased.</param>
/// <param name="Done">
/// Where nothing of the person is left: <c>leads</c>, <c>deadLetters</c>. Late messages and re-captures are recognised from now on.
/// </param>
/// <param name="UnderWay">
/// Where it is done by itself, whatever is down now: <c>deadLetters</c>; <c>lanes</c>, once what the CRM was asked has ended;
/// <c>history</c>.
/// </param>
public sealed record Erased(Guid Erasure, int Leads, IReadOnlyList<string> Done, IReadOnlyList<string> UnderWay);

/// <summary>Erases a person. Who it is stands in the body, for addresses of requests are written down in many places.</summary>
public static class PeopleApi
{
    public static void MapPeople(this IEndpointRouteBuilder app) =>
        app.MapDelete("/v1/people", EraseAsync)
            .WithSummary("Erases a person from everything that is kept.")
            .Produces<Erased>()
            .ReadsBody("email alone, or source and leadId.")
            .RequireAtLeast(Role.Manager);

    private static async Task<IResult> EraseAsync(
        Caller caller,
        HttpRequest request,
        ErasePeople erase,
        CancellationToken cancellationToken
    )
    {
        if (await SavingApi.BodyAsync(request, [], cancellationToken) is not { } body)
            return SavingApi.Unreadable();
        var reader = new SettingReader();
        if (Read(reader, body, caller.Workspace) is not { } who)
            return FailureCatalogue.SettingInvalid.Problem(
                StatusCodes.Status422UnprocessableEntity,
                "It is not clear who is to be erased; nobody was.",
                reader.Faults
            );
        var (id, leads, isTold) = await erase.RunAsync(caller.Workspace, who, caller.Name, cancellationToken);
        return Results.Ok(
            isTold
                ? new Erased(id, leads, ["leads", "deadLetters"], ["lanes", "history"])
                : new Erased(id, leads, ["leads"], ["deadLetters", "lanes", "history"])
        );
    }

    private static Person? Read(SettingReader reader, JsonElement body, string workspace)
    {
        if (!reader.IsObject(body, "", "email", "source", "leadId"))
            return null;
        if (SettingReader.Has(body, "email"))
        {
            if (SettingReader.Has(body, "source") || SettingReader.Has(body, "leadId"))
                reader.Fault("email", "stands beside source or leadId", "Give email alone, or source and leadId.");
            if (
                reader.Text(body, "", "email") is { } text
                && Suspects.Email(JsonSerializer.SerializeToElement(text)) is null
            )
                reader.Fault("email", "is no email address", "Give the address as it was captured.");
            return reader.Faults.Count == 0 ? new Person(null, Suspects.Email(body.GetProperty("email"))) : null;
        }
        var source = reader.Text(body, "", "source");
        var leadId = reader.Text(body, "", "leadId");
        return reader.Faults.Count == 0 ? new Person(new LeadKey(workspace, source!, leadId!), null) : null;
    }
}
