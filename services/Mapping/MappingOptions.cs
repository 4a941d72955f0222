using System.ComponentModel.DataAnnotations;

namespace LeadSync.Mapping;

/// <summary>Settings under <c>Mapping</c>.</summary>
public sealed class MappingOptions
{
    /// <summary>How often it is looked for leads to be decided again, and for schemas to be read. Default: 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:10:00")]
    public TimeSpan DueEvery { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a schema that could be read is read again. Default: 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan SchemaEvery { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How many leads of backfills are mapped a minute, by all replicas together for each backfill. Default: 3,000.</summary>
    [Range(1, 600_000)]
    public int BackfillPerMinute { get; set; } = 3_000;
}
