using LeadSync.Hosting.Web;

namespace LeadSync.Mapping.Config;

/// <summary>Who saves settings, and by which act.</summary>
/// <param name="By">As the history of changes names them: <see cref="Caller.Name"/>.</param>
public sealed record SaveCause(string Workspace, string By)
{
    /// <summary>What the history says was done, where that is more than created or updated: <c>restored</c>.</summary>
    public string? Change { get; init; }

    /// <summary>The version that is brought back; null when none is.</summary>
    public long? RestoredFrom { get; init; }

    /// <summary>The draft that is published, and ends with it; null when none is.</summary>
    public (SettingKey Key, long Revision)? Draft { get; init; }

    /// <summary>Only looks what would be changed: everything is checked and nothing is saved.</summary>
    public bool IsTrial { get; init; }

    public static SaveCause Of(Caller caller) => new(caller.Workspace, caller.Name);
}
