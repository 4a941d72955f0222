using LeadSync.CrmSimulator.Data;

namespace LeadSync.CrmSimulator.Tests;

/// <summary>Set-ups in which not everybody is an administrator.</summary>
internal static class People
{
    public static readonly PermissionSet Sales = new()
    {
        Name = "Sales",
        IsProfile = true,
        ApiEnabled = true,
        Objects = new Dictionary<string, ObjectAccess>(StringComparer.Ordinal)
        {
            ["Lead"] = new(Create: true, Edit: true),
            ["Contact"] = new(),
        },
    };

    /// <summary>The rep of a set-up becomes an ordinary sales person.</summary>
    public static OrgSetup WithSales(OrgSetup setup, PermissionSet? sales = null, params PermissionSet[] further) =>
        setup with
        {
            PermissionSets = [.. setup.PermissionSets, sales ?? Sales, .. further],
            Users =
            [
                .. setup.Users.Select(user =>
                    user.Username.StartsWith("rep@", StringComparison.Ordinal)
                        ? user with
                        {
                            Profile = "Sales",
                            PermissionSets = [.. further.Select(set => set.Name)],
                        }
                        : user
                ),
            ],
        };
}
