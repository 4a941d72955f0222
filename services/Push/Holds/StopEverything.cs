namespace LeadSync.Push.Holds;

/// <summary>
/// <c>LeadSync.Push stop-everything "why"</c> and <c>LeadSync.Push resume-everything</c>: stops every lane of every workspace,
/// those to come included, and starts them again, while the service runs. For the operator of the installation: no key
/// of a workspace can do it.
/// </summary>
public sealed class StopEverything(StopStore stops, TimeProvider clock)
{
    public const string StopCommand = "stop-everything";
    public const string ResumeCommand = "resume-everything";

    /// <summary>Ends when no call can start any more, or when lanes are served again.</summary>
    public async Task RunAsync(IReadOnlyList<string> args, TextWriter output, CancellationToken cancellationToken)
    {
        if (args[0] == ResumeCommand)
        {
            await stops.ResumeAsync(StopStore.Everyone, cancellationToken);
            await output.WriteLineAsync(
                "Lanes are served again, but for those that are stopped or held for themselves."
            );
            return;
        }
        await stops.StopAsync(StopStore.Everyone, "operator", args.ElementAtOrDefault(1), cancellationToken);
        await Task.Delay(HoldWatch.Freshness, clock, cancellationToken);
        await output.WriteLineAsync($"No call to any CRM starts any more. Go on with: {ResumeCommand}");
    }
}
