using System.Text.RegularExpressions;

namespace LeadSync.Local.Broker;

/// <summary>
/// The broker login of a product, whose name decides its workspace and source. It may capture and withdraw, and hear the
/// outcomes of its own leads in queues that bear its name; nothing else.
/// </summary>
public sealed partial record ProductLogin
{
    /// <summary>Where outcomes are heard: a topic exchange, with keys <c>workspace.source.event</c>.</summary>
    public const string Outcomes = "leadsync.outcomes";

    private ProductLogin(string workspace, string source) => (Workspace, Source) = (workspace, source);

    public string Workspace { get; }

    public string Source { get; }

    /// <summary>The login, and the queue that the product may declare; more of them are named so with a dot and a word.</summary>
    public string Name => $"product.{Workspace}.{Source}";

    /// <summary>What all that is told of its leads is bound with.</summary>
    public string Everything => $"{Workspace}.{Source}.*";

    // Names hold letters, digits and hyphens only, so the dots are all that must be escaped.
    private string OwnQueues => $@"product\.{Workspace}\.{Source}(\..+)?";

    /// <summary>To bind a queue takes writing to the queue and reading from the exchange.</summary>
    public BrokerPermissions Permissions =>
        new(
            Configure: $"^{OwnQueues}$",
            Write: $@"^(leadsync\.(capture|withdraw)|{OwnQueues})$",
            Read: $"^({Outcomes.Replace(".", @"\.", StringComparison.Ordinal)}|{OwnQueues})$"
        );

    /// <summary>Bound with any other key than one of its own source, the broker refuses.</summary>
    public TopicPermissions Topics => new(Outcomes, Write: "^$", Read: $@"^{Workspace}\.{Source}\.([a-z-]+|\*|#)$");

    /// <exception cref="CommandException">A name that no workspace or source can have.</exception>
    public static ProductLogin Of(string workspace, string source)
    {
        foreach (var name in (string[])[workspace, source])
        {
            if (!Slug().IsMatch(name))
                throw new CommandException(
                    $"'{name}' cannot name a workspace or source: 1 to 63 lower-case letters, digits and hyphens, starting with a letter or digit."
                );
        }
        return new ProductLogin(workspace, source);
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,62}$", RegexOptions.CultureInvariant, 100)]
    private static partial Regex Slug();
}
