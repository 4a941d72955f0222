namespace LeadSync.Bench.Houses;

/// <summary>How long the simulated CRM takes for a call.</summary>
public sealed record CrmPace(string Text, int Milliseconds, double MillisecondsPerRecord)
{
    public static CrmPace AtOnce { get; } = new("CRM answers at once", 0, 0);

    /// <summary>About what a Salesforce org without triggers takes.</summary>
    public static CrmPace Realistic { get; } = new("CRM takes 300 ms + 2 ms a record", 300, 2);
}
