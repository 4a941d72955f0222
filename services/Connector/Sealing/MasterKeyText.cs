using System.Globalization;
using System.Security.Cryptography;
using LeadSync.Hosting;
using Microsoft.Extensions.Options;

namespace LeadSync.Connector.Sealing;

/// <summary>
/// How the master key is given: in <c>LEADSYNC_MASTER_KEY</c>, or in the file that <c>LEADSYNC_MASTER_KEY_FILE</c> names. Either
/// one key in base64, which is version 1, or several as <c>VERSION:BASE64</c>, between commas or lines, of which the first
/// is the current one. What is wrong stops the start, and is told without a word of the key.
/// </summary>
public static class MasterKeyText
{
    public const string Setting = "LEADSYNC_MASTER_KEY";
    public const string FileSetting = "LEADSYNC_MASTER_KEY_FILE";

    private const string One = "32 random bytes in base64 (openssl rand -base64 32)";
    private static readonly char[] Between = [',', ' ', '\t', '\r', '\n'];

    /// <exception cref="OptionsValidationException">It is missing, given twice, or not of its form.</exception>
    public static MasterKey Read(IConfiguration configuration)
    {
        if (configuration[FileSetting] is not { Length: > 0 } file)
            return Parse(Setting, configuration.Required(Setting, $"{One}, or {FileSetting} for a file that holds it"));
        if (configuration[Setting] is { Length: > 0 })
            throw Wrong(FileSetting, $"and '{Setting}' are both given. Give one of them.");
        try
        {
            return Parse(FileSetting, File.ReadAllText(file));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Wrong(FileSetting, $"names the file {file}, which cannot be read: {fault.GetType().Name}.");
        }
    }

    private static MasterKey Parse(string setting, string text)
    {
        var entries = text.Split(Between, StringSplitOptions.RemoveEmptyEntries);
        if (entries is [var only] && !only.Contains(':', StringComparison.Ordinal))
            return new MasterKey(1, new Dictionary<int, byte[]> { [1] = Key(setting, only) });

        var keys = new Dictionary<int, byte[]>();
        int? current = null;
        foreach (var entry in entries)
        {
            var (version, key) = Entry(setting, entry);
            if (keys.Values.Any(known => CryptographicOperations.FixedTimeEquals(known, key)))
                throw Wrong(setting, $"gives the key of version {version} twice. Make a new one for each version.");
            if (!keys.TryAdd(version, key))
                throw Wrong(
                    setting,
                    $"gives version {version} twice. Number the newest key one higher than all before."
                );
            current ??= version;
        }
        return new MasterKey(current ?? throw Wrong(setting, $"is empty. It must be {One}."), keys);
    }

    private static (int Version, byte[] Key) Entry(string setting, string entry)
    {
        var colon = entry.IndexOf(':', StringComparison.Ordinal);
        return
            colon > 0
            && int.TryParse(entry.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            && version > 0
            ? (version, Key(setting, entry[(colon + 1)..]))
            : throw Wrong(
                setting,
                $"must be exactly {One}, or a list of VERSION:KEY with the current one first, each KEY {One}."
            );
    }

    private static byte[] Key(string setting, string text)
    {
        var key = new byte[MasterKey.Bytes + 3];
        return Convert.TryFromBase64String(text, key, out var length) && length == MasterKey.Bytes
            ? key[..length]
            : throw Wrong(setting, $"must be exactly {One}; a list of them has a version before each, as 2:KEY.");
    }

    private static OptionsValidationException Wrong(string setting, string what) =>
        new(setting, typeof(string), [$"Setting '{setting}' {what}"]);
}
