namespace LeadSync.Crm.Tests;

/// <summary>An org's clock that stands where it is put.</summary>
internal sealed class OrgClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 7, 1, 10, 0, 30, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
