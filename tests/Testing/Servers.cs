using System.Security.Cryptography;
using System.Text;

namespace LeadSync.Testing;

/// <summary>The servers that tests run against, and the keys of this test run.</summary>
public static class Servers
{
    /// <summary>Connection string of a login that may make databases and logins.</summary>
    public static string Postgres => Required("LEADSYNC_POSTGRES");

    /// <summary>The broker, as amqp URI of a login that may make virtual hosts.</summary>
    public static Uri RabbitMq => new(Required("LEADSYNC_RABBITMQ"));

    /// <summary>The broker's management HTTP API with the same login.</summary>
    public static Uri RabbitMqManagement => new(Required("LEADSYNC_RABBITMQ_MANAGEMENT"));

    /// <summary>
    /// What services of this run trust each other by. Made of the server's secret, so that test projects running side by
    /// side derive the same passwords.
    /// </summary>
    public static byte[] ServiceKey { get; } = SHA256.HashData(Encoding.UTF8.GetBytes($"service key {Seed}"));

    /// <summary>What Connector of this run seals secrets by.</summary>
    public static byte[] MasterKey { get; } = SHA256.HashData(Encoding.UTF8.GetBytes($"master key {Seed}"));

    /// <summary>
    /// A name for something on a shared server that no other test has. It starts with the hour it was made, so that what
    /// a killed run leaves behind is known for old.
    /// </summary>
    public static string NewName()
    {
        var hours = (long)(TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalHours;
        return $"{Prefix}{hours}_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}";
    }

    /// <summary>Whether a name was given by <see cref="NewName"/> more than three hours ago: nothing of it can still run.</summary>
    internal static bool IsLeftOver(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal)
        && long.TryParse(
            name.AsSpan(Prefix.Length, Math.Max(0, name.IndexOf('_', Prefix.Length) - Prefix.Length)),
            System.Globalization.CultureInfo.InvariantCulture,
            out var hours
        )
        && TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch.AddHours(hours) > TimeSpan.FromHours(3);

    private const string Prefix = "leadsync_test_";

    private static string Seed => Environment.GetEnvironmentVariable("LEADSYNC_POSTGRES") ?? "none";

    private static string Required(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value
            ? value
            : throw new InvalidOperationException(
                $"{name} is not set, so there is no server to test against. Use ./test, which starts them; or, for single "
                    + """projects: deploy/local/servers.sh up test; eval "$(deploy/local/servers.sh env test)"."""
            );
}
