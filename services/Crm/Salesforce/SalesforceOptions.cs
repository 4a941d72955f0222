using System.ComponentModel.DataAnnotations;

namespace LeadSync.Crm.Salesforce;

/// <summary>How we speak to Salesforce. Section <c>Salesforce</c>.</summary>
public sealed class SalesforceOptions
{
    /// <summary>Query and collection sub-requests that Salesforce takes in one composite call.</summary>
    internal const int HeavyPartsPerCall = 5;

    /// <summary>Sub-requests of any kind that Salesforce takes in one composite call.</summary>
    internal const int PartsPerCall = 25;

    /// <summary>Version of the REST API, as <c>60.0</c>, the default. Three come each year; one lives at least three years.</summary>
    [RegularExpression(@"\d{2,3}\.0", ErrorMessage = "Salesforce:ApiVersion must look like 60.0")]
    public string ApiVersion { get; set; } = "60.0";

    /// <summary>
    /// How long one call may take, from sending to the last byte of its answer; 120 s by default. A write that takes
    /// longer has an unknown outcome, so leave it well above what a heavy org needs for one composite.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(120);

    /// <summary>
    /// The most records in one collection; 200, Salesforce's own limit, by default. Less helps an org whose triggers and
    /// flows run into their limits.
    /// </summary>
    [Range(1, 200)]
    public int RecordsPerCollection { get; set; } = 200;

    /// <summary>
    /// Whether guarded updates go 25 to a composite call; by default each goes in a call of its own. That a sub-request heeds
    /// its condition is recorded of reads only, and one that does not would write over a person's edit without a word: only
    /// for an org in which it was tried.
    /// </summary>
    public bool GuardInComposite { get; set; }

    /// <summary>
    /// Writes that fit one call as creates and updates, whatever their mix: 800 by default. Of the five collections one may be
    /// left part empty, because creates and updates never share one; upserts, and creates under assignment rules, may take
    /// further ones.
    /// </summary>
    public int WritesPerCall => (HeavyPartsPerCall - 1) * RecordsPerCollection;
}
