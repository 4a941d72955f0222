using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using LeadSync.Mapping.Config;

namespace LeadSync.Mapping.Samples;

/// <summary>Maps the samples of test batches, for Gateway.</summary>
public static class TestLeadsApi
{
    public static void MapTestLeads(this IEndpointRouteBuilder app) =>
        app.MapPost("/v1/test-leads/{connectionId:guid}", MapAsync)
            .WithSummary("Maps the samples of a test batch. Gateway asks; it passes on no such request.")
            .Produces<TestBatch>()
            .ReadsBody("mode, source, and leads or fourCases, as docs/test-batch.md has them.")
            .RequireAtLeast(Role.Integrator);

    private static async Task<IResult> MapAsync(
        Guid connectionId,
        Caller caller,
        HttpRequest request,
        MakeTestBatch make,
        CancellationToken cancellationToken
    )
    {
        if (await SavingApi.BodyAsync(request, [], cancellationToken) is not { } body)
            return SavingApi.Unreadable();
        var (batch, problem) = await make.RunAsync(caller, connectionId, body, cancellationToken);
        return problem ?? Results.Ok(batch);
    }
}
