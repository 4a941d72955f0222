namespace LeadSync.Testing;

/// <summary>The folder of the solution that these tests were built from.</summary>
public static class Checkout
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "LeadSync.slnx")))
                return at.FullName;
        }
        throw new InvalidOperationException($"There is no LeadSync.slnx above {AppContext.BaseDirectory}.");
    }
}
