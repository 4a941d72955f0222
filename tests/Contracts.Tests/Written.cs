using LeadSync.Testing;

namespace LeadSync.Contracts.Tests;

/// <summary>Files that are written from code and kept in the repository, so that a change of them is seen in review.</summary>
public static class Written
{
    private const string Renew = "LEADSYNC_RENEW";

    /// <summary>Compares a file with what the code says; with <c>LEADSYNC_RENEW=1</c> writes it instead.</summary>
    public static void ShouldBeCurrent(string path, string text)
    {
        if (Environment.GetEnvironmentVariable(Renew) == "1")
            File.WriteAllText(path, text);
        var kept = File.Exists(path) ? File.ReadAllText(path) : "";
        kept.ShouldBe(
            text,
            $"{Path.GetRelativePath(Checkout.Root, path)} is not what the code says. If the change is meant: {Renew}=1 dotnet test --project tests/Contracts.Tests"
        );
    }
}
