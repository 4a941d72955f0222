namespace LeadSync.Crm.Salesforce;

/// <summary>Asks how many API calls the org has left; Salesforce's figures may lag some minutes behind.</summary>
internal sealed class SalesforceLimits(SalesforceHttp http)
{
    public async Task<ApiUsage> ReadUsageAsync(CrmSession session, CancellationToken cancellationToken)
    {
        var answer = await http.SendAsync(new SalesforceCall(session, HttpMethod.Get, "/limits"), cancellationToken);
        var calls = answer.Read(SalesforceJson.Default.OrgLimits).DailyApiRequests;
        return new ApiUsage(calls.Max - calls.Remaining, calls.Max);
    }
}

/// <summary>The parts of an org's limits that we use.</summary>
internal sealed record OrgLimits(OrgLimit DailyApiRequests);

internal sealed record OrgLimit(long Max, long Remaining);
