using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Spectre.Console;

namespace LeadSync.Local.Broker;

/// <summary>Gives a product a broker login of its own, which decides its workspace and source and can do nothing but capture and withdraw.</summary>
public static partial class Publisher
{
    private const string Capture = "leadsync.capture";
    private const string Withdraw = "leadsync.withdraw";

    public static async Task MakeAsync(
        ManagementApi management,
        Uri broker,
        string workspace,
        string source,
        IAnsiConsole console,
        CancellationToken cancellationToken
    )
    {
        foreach (var name in (string[])[workspace, source])
        {
            if (!Slug().IsMatch(name))
                throw new CommandException(
                    $"'{name}' cannot name a workspace or source: 1 to 63 lower-case letters, digits and hyphens, starting with a letter or digit."
                );
        }

        var user = $"product.{workspace}.{source}";
        var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        await management.PutUserAsync(
            user,
            password,
            configure: "^$",
            write: @"^leadsync\.(capture|withdraw)$",
            read: "^$",
            cancellationToken
        );

        var virtualHost = management.VirtualHost == "/" ? "" : Uri.EscapeDataString(management.VirtualHost);
        console.Say($"Login {user} (a new password each time this is run):");
        console.Say($"  {broker.Scheme}://{user}:{password}@{broker.Host}:{broker.Port}/{virtualHost}");
        console.Say($"Publish to exchange {Capture}, routing key empty, with confirms, mandatory, delivery mode 2,");
        console.Say($"property user_id = {user}, content type application/json, 1 to 500 items, up to 256 KiB:");
        console.Say(
            """  {"items":[{"leadId":"42","occurredAt":"2030-01-31T12:00:00Z","fields":{"firstName":"Ada","email":"ada@example.com"}}]}"""
        );
        console.Say($"What the source has deleted goes to exchange {Withdraw}, with leadId and occurredAt only.");
        console.Say("Whatever it says in a body, the login decides the workspace and the source.");
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,62}$", RegexOptions.CultureInvariant, 100)]
    private static partial Regex Slug();
}
