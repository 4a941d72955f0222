using System.Security.Cryptography;

namespace LeadSync.Local;

/// <summary>The secrets of a local installation: made at its first run, kept in files that only their owner can read.</summary>
public sealed class Keys(string folder)
{
    private const string LowerAlphanumerics = "abcdefghijklmnopqrstuvwxyz0123456789";
    private const string Base64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    /// <summary>32 random bytes in base64, shared by all services: they trust each other by it.</summary>
    public string Service => Keep("service-key", RandomKey);

    /// <summary>32 random bytes in base64, Connector's alone: it seals what CRMs entrust to us.</summary>
    public string Master => Keep("master-key", RandomKey);

    /// <summary>The client secret of the simulated org's application.</summary>
    public string SimulatedOrg => Keep("simulated-org-secret", RandomKey);

    /// <summary>Where that can be read.</summary>
    public string SimulatedOrgPath => Path.Combine(folder, "simulated-org-secret");

    /// <summary>A Manager's API key of the workspace <c>demo</c>.</summary>
    public string Api => Keep("api-key", RandomApiKey);

    /// <summary>Where the API key can be read, for a person who wants to use it.</summary>
    public string ApiPath => Path.Combine(folder, "api-key");

    private static string RandomKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    private static string RandomApiKey() =>
        $"ls_live_{RandomNumberGenerator.GetString(LowerAlphanumerics, 16)}_{RandomNumberGenerator.GetString(Base64Url, 43)}";

    private string Keep(string name, Func<string> make)
    {
        var path = Path.Combine(folder, name);
        if (File.Exists(path))
            return File.ReadAllText(path).Trim();
        PrivateFile.Write(path, make());
        return File.ReadAllText(path).Trim();
    }
}

/// <summary>Files and folders that only their owner may read: keys, logs, the simulated org's people.</summary>
internal static class PrivateFile
{
    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            throw NotHere();
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Writes a file whole or not at all.</summary>
    public static void Write(string path, string text)
    {
        if (OperatingSystem.IsWindows())
            throw NotHere();
        CreateFolder(Path.GetDirectoryName(path)!);
        var next = $"{path}.next";
        File.Delete(next);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using (var writer = new StreamWriter(next, options))
            writer.Write(text);
        File.Move(next, path, overwrite: true);
    }

    private static PlatformNotSupportedException NotHere() => new("The local system runs on Linux.");
}
