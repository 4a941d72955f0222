using LeadSync.Contracts;
using LeadSync.Hosting.Web;

namespace LeadSync.Mapping.Config;

/// <summary>Mappings and routes are removed only here; what a file of settings does not name stays.</summary>
public static class RemovingApi
{
    public static void MapRemoving(this IEndpointRouteBuilder app)
    {
        app.MapDelete("/v1/mappings/{connectionId:guid}/{object}", RemoveMappingAsync)
            .WithSummary("Removes a mapping. If-Match may name the revision that is meant.")
            .Produces(StatusCodes.Status204NoContent)
            .RequireAtLeast(Role.Manager);
        app.MapDelete("/v1/routes/{source}/{connectionId:guid}", RemoveRouteAsync)
            .WithSummary("Removes a route. If-Match may name the revision that is meant.")
            .Produces(StatusCodes.Status204NoContent)
            .RequireAtLeast(Role.Manager);
    }

    private static async Task<IResult> RemoveMappingAsync(
        Guid connectionId,
        string @object,
        Caller caller,
        HttpRequest request,
        RemoveSetting remove,
        CancellationToken cancellationToken
    ) =>
        Answer(
            await remove.RemoveMappingAsync(
                SaveCause.Of(caller),
                connectionId,
                @object,
                revision => SavingApi.IsExpected(request, revision),
                cancellationToken
            )
        );

    private static async Task<IResult> RemoveRouteAsync(
        string source,
        Guid connectionId,
        Caller caller,
        HttpRequest request,
        RemoveSetting remove,
        CancellationToken cancellationToken
    ) =>
        Answer(
            await remove.RemoveRouteAsync(
                SaveCause.Of(caller),
                source,
                connectionId,
                revision => SavingApi.IsExpected(request, revision),
                cancellationToken
            )
        );

    private static IResult Answer(RemoveOutcome outcome) =>
        outcome switch
        {
            RemoveOutcome.Removed => Results.NoContent(),
            RemoveOutcome.NotThere => FailureCatalogue.NotFound.Problem(
                StatusCodes.Status404NotFound,
                "There is no such setting."
            ),
            RemoveOutcome.Stale => SavingApi.Stale(),
            RemoveOutcome.Needed(var faults) => FailureCatalogue.SettingInvalid.Problem(
                StatusCodes.Status422UnprocessableEntity,
                "Other settings need it; nothing was removed.",
                faults
            ),
            _ => FailureCatalogue.Unavailable.Problem(
                StatusCodes.Status503ServiceUnavailable,
                "Push does not answer, so it cannot be promised that nothing is sent any more; nothing was removed. Repeat it."
            ),
        };
}
