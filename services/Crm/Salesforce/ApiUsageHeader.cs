using System.Globalization;

namespace LeadSync.Crm.Salesforce;

/// <summary>The header that tells, with each answer, how many API calls the org has used: <c>Sforce-Limit-Info: api-usage=18/5000</c>.</summary>
internal static class ApiUsageHeader
{
    private const string Key = "api-usage=";

    /// <summary>Null when there is no such header or it is none that we can read; a share of one application is passed over.</summary>
    public static ApiUsage? Read(string? header)
    {
        foreach (var part in (header ?? "").Split(';', StringSplitOptions.TrimEntries))
        {
            if (!part.StartsWith(Key, StringComparison.OrdinalIgnoreCase))
                continue;
            var numbers = part[Key.Length..].Split('/');
            if (
                numbers.Length == 2
                && long.TryParse(numbers[0], NumberStyles.None, CultureInfo.InvariantCulture, out var used)
                && long.TryParse(numbers[1], NumberStyles.None, CultureInfo.InvariantCulture, out var allowance)
            )
            {
                return new ApiUsage(used, allowance);
            }
        }
        return null;
    }
}
