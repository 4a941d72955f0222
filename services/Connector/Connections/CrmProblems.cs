using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Hosting.Web;

namespace LeadSync.Connector.Connections;

/// <summary>What a CRM's failure is to those who ask Connector.</summary>
internal static class CrmProblems
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(15);

    /// <param name="untilBudget">How long to wait when the org's allowance is used up.</param>
    public static IResult Problem(this CrmFailure failure, TimeSpan untilBudget) =>
        failure.Class switch
        {
            FailureClass.Session when failure.Code == FailureCatalogue.Disconnected.Code =>
                FailureCatalogue.Disconnected.Problem(StatusCodes.Status409Conflict, failure.Detail()),
            FailureClass.Session => FailureCatalogue.AuthRevoked.Problem(
                StatusCodes.Status409Conflict,
                failure.Detail()
            ),
            FailureClass.Budget => FailureCatalogue.LimitDaily.Problem(
                StatusCodes.Status429TooManyRequests,
                failure.Detail(),
                retryAfter: failure.RetryAfter ?? untilBudget
            ),
            FailureClass.Configuration or FailureClass.Record => FailureCatalogue.NotFound.Problem(
                StatusCodes.Status404NotFound,
                failure.Detail()
            ),
            _ => FailureCatalogue.CrmUnavailable.Problem(
                StatusCodes.Status503ServiceUnavailable,
                failure.Detail(),
                retryAfter: failure.RetryAfter ?? AskAgain
            ),
        };

    // Never the CRM's own message, which may quote what a person typed.
    private static string Detail(this CrmFailure failure) => $"{failure.Cause} {failure.Fix}";
}
