namespace LeadSync.Push.Tests.Lanes;

/// <summary>
/// Push for counting calls: without the limits of time that have a busy machine begin anew, which costs calls; and with an
/// org whose composites heed conditions.
/// </summary>
public sealed class UnhurriedPush : PushUnderTest
{
    protected override async Task PrepareAsync()
    {
        await base.PrepareAsync();
        Settings["Push:SendWithin"] = Settings["Push:RoundWithin"] = "00:02:00";
        Settings["Salesforce:GuardInComposite"] = "true";
    }
}
