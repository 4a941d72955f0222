using LeadSync.Contracts;
using LeadSync.Hosting.Web;

namespace LeadSync.Mapping.Leads;

/// <summary>A lead as it is kept: <c>GET /v1/leads/{source}/{leadId}</c>.</summary>
public static class LeadsApi
{
    public static void MapLeads(this IEndpointRouteBuilder app) =>
        // A lead's id is its source's own text, slashes included.
        app.MapGet("/v1/leads/{source}/{**leadId}", GetAsync)
            .WithSummary("A lead as it is kept.")
            .Produces<LeadView>()
            .RequireAtLeast(Role.Viewer);

    private static async Task<IResult> GetAsync(
        string source,
        string leadId,
        Caller caller,
        ReadLead read,
        CancellationToken cancellationToken
    ) =>
        await read.FindAsync(new LeadKey(caller.Workspace, source, leadId), cancellationToken) is { } lead
            ? Results.Ok(lead)
            : FailureCatalogue.NotFound.Problem(StatusCodes.Status404NotFound, "There is no such lead.");
}
