using System.ComponentModel.DataAnnotations;

namespace LeadSync.Connector;

/// <summary>Section <c>Connector</c>.</summary>
public sealed class ConnectorOptions
{
    /// <summary>How long a grant of access lasts; 60 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "00:10:00")]
    public TimeSpan GrantLife { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How old a description of an object may be before the CRM is asked again; 10 minutes by default.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan SchemaLife { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How often each connection is probed and its org's API usage read, one call; 5 minutes by default.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "01:00:00")]
    public TimeSpan ProbeEvery { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How soon after a refusal the CRM may be asked for access again; 30 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan RetryRefusedAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The share of an org's API allowance that is left to its other users; 0.2 by default.</summary>
    [Range(0, 0.95)]
    public double ReservedShare { get; set; } = 0.2;

    /// <summary>
    /// The share of what is ours of an allowance that each kind of call leaves to the next more urgent one (new lead, update,
    /// pull, probe); 0.05 by default.
    /// </summary>
    [Range(0, 0.3)]
    public double UrgentShare { get; set; } = 0.05;

    /// <summary>How far a CRM's figure of used calls may lag behind the calls; 5 minutes by default, as Salesforce says.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan UsageLag { get; set; } = TimeSpan.FromMinutes(5);
}
