using LeadSync.Contracts;

namespace LeadSync.Connector.Preflight;

/// <summary>
/// One thing that an org needs. Looks at what was read and asks nothing itself. Its texts say what a finding means for leads,
/// and what to do in Salesforce's own menu words.
/// </summary>
public interface IPreflightCheck
{
    /// <summary>Its findings, at least one unless it does not apply: a pass, or one for each fault.</summary>
    IEnumerable<PreflightFinding> Run(OrgFacts facts);
}

/// <summary>Short ways to write findings.</summary>
internal static class Finding
{
    public static PreflightFinding Pass(string check, string title, string meaning, string? subject = null) =>
        new(check, PreflightStatus.Pass, subject, title, meaning);

    public static PreflightFinding Warn(
        string check,
        string title,
        string meaning,
        string fix,
        string? subject = null
    ) => new(check, PreflightStatus.Warn, subject, title, meaning, fix);

    public static PreflightFinding Fail(
        string check,
        string title,
        string meaning,
        string fix,
        string? subject = null
    ) => new(check, PreflightStatus.Fail, subject, title, meaning, fix);
}
