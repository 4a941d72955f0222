using System.Security.Cryptography;
using Spectre.Console;

namespace LeadSync.Local.Broker;

/// <summary>Gives a product a broker login of its own, with which it captures leads and hears what became of them.</summary>
public static class Publisher
{
    private const string Capture = "leadsync.capture";
    private const string Withdraw = "leadsync.withdraw";

    // A product that does not fetch what it asked for must not fill the broker's disk.
    private static readonly Dictionary<string, long> Bounds = new(StringComparer.Ordinal)
    {
        ["message-ttl"] = (long)TimeSpan.FromDays(7).TotalMilliseconds,
        ["max-length-bytes"] = 256 * 1024 * 1024,
        ["expires"] = (long)TimeSpan.FromDays(30).TotalMilliseconds,
    };

    /// <summary>Makes the login, or gives it a new password; returns the address to connect with.</summary>
    public static async Task<Uri> MakeAsync(
        ManagementApi management,
        Uri broker,
        string workspace,
        string source,
        IAnsiConsole console,
        CancellationToken cancellationToken
    )
    {
        var login = ProductLogin.Of(workspace, source);
        var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        await management.PutOperatorPolicyAsync("leadsync-products", @"^product\.", Bounds, cancellationToken);
        await management.PutUserAsync(login.Name, password, login.Permissions, login.Topics, cancellationToken);

        var virtualHost = management.VirtualHost == "/" ? "" : Uri.EscapeDataString(management.VirtualHost);
        console.Say($"Login {login.Name} (a new password each time this is run):");
        var address = $"{broker.Scheme}://{login.Name}:{password}@{broker.Host}:{broker.Port}/{virtualHost}";
        console.Say($"  {address}");
        console.Say($"Publish to exchange {Capture}, routing key empty, with confirms, mandatory, delivery mode 2,");
        console.Say($"property user_id = {login.Name}, content type application/json, 1 to 500 items, up to 256 KiB:");
        console.Say(
            """  {"items":[{"leadId":"42","occurredAt":"2030-01-31T12:00:00Z","fields":{"firstName":"Ada","email":"ada@example.com"}}]}"""
        );
        console.Say($"What the source has deleted goes to exchange {Withdraw}, with leadId and occurredAt only.");
        console.Say("Whatever it says in a body, the login decides the workspace and the source.");
        console.Say($"To hear what became of its leads: declare a durable queue {login.Name}, and bind it to exchange");
        console.Say(
            $"{ProductLogin.Outcomes} with routing key {login.Everything}. docs/publishing-leads.md has the rest."
        );
        return new Uri(address);
    }
}
