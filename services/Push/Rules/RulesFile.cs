using System.Text.Json;
using System.Text.Json.Nodes;
using LeadSync.Hosting.Config;
using LeadSync.Hosting.Web;
using LeadSync.Push.Lanes;

namespace LeadSync.Push.Rules;

/// <summary>A connection as a file of settings names it.</summary>
public sealed record NamedConnection(Guid Id, string Name);

/// <summary>
/// Push's part of a workspace's file of settings: the section <c>rules</c>, a list of rules with <c>connection</c> (its name
/// or id) and <c>object</c>. A rule that is not named stays as it is.
/// </summary>
public sealed class RulesFile(RuleStore rules, SchemaClient schemas, RuleObjects objects, Wakeup wakeup)
{
    private const string Section = "rules";
    private const string Connection = "connection";
    private const string Object = "object";

    /// <summary>The section as <see cref="ApplyAsync"/> reads it.</summary>
    public async Task<string> ExportAsync(string workspace, CancellationToken cancellationToken)
    {
        var names = (await schemas.ListAsync(workspace, cancellationToken)).ToDictionary(
            one => one.Id,
            one => one.Name
        );
        var list = (await rules.ListAsync(workspace, cancellationToken)).Select(stored =>
        {
            var entry = new JsonObject
            {
                [Connection] = names.GetValueOrDefault(stored.ConnectionId, stored.ConnectionId.ToString()),
                [Object] = stored.Object,
            };
            foreach (var (name, value) in RuleJson.Write(stored.Object, RuleJson.Parse(stored.Object, stored.Rule!)))
                entry[name] = value?.DeepClone();
            return entry;
        });
        return ConfigYaml.FromJson(new JsonObject { [Section] = new JsonArray([.. list]) });
    }

    /// <summary>Checks the whole section, and saves it when nothing in it is wrong and this is no trial.</summary>
    /// <returns>What it changed, or would change; or everything that is wrong.</returns>
    /// <exception cref="HttpRequestException">Connector cannot tell of connections or fields now.</exception>
    public async Task<(AppliedConfig Applied, IReadOnlyList<FieldFault> Faults)> ApplyAsync(
        Caller caller,
        JsonElement root,
        IReadOnlyCollection<string> others,
        bool isTrial,
        CancellationToken cancellationToken
    )
    {
        var faults = new List<FieldFault>();
        var wanted = new List<WantedRule>();
        await foreach (var rule in ReadAsync(caller.Workspace, root, others, faults, cancellationToken))
            wanted.Add(rule);
        if (faults.Count > 0)
            return (new AppliedConfig([], 0), faults);

        var changes = new List<AppliedChange>();
        foreach (var rule in wanted)
        {
            var there = await rules.FindAsync(caller.Workspace, rule.ConnectionId, rule.Object, cancellationToken);
            var before = there?.Rule is null
                ? null
                : RuleJson.Write(rule.Object, RuleJson.Parse(rule.Object, there.Rule));
            var after = RuleJson.Write(rule.Object, rule.Rule);
            if (before is not null && JsonNode.DeepEquals(before, after))
                continue;
            changes.Add(
                new AppliedChange(
                    "rule",
                    $"{rule.ConnectionId}/{rule.Object}",
                    before is null ? "created" : "updated",
                    before is null ? null : JsonSerializer.SerializeToElement(before),
                    JsonSerializer.SerializeToElement(after)
                )
            );
            if (!isTrial)
                await rules.SaveAsync(caller, rule.ConnectionId, rule.Object, rule.Rule, _ => true, cancellationToken);
        }
        if (!isTrial && changes.Count > 0)
            wakeup.Ring();
        return (new AppliedConfig(changes, wanted.Count - changes.Count), []);
    }

    private async IAsyncEnumerable<WantedRule> ReadAsync(
        string workspace,
        JsonElement root,
        IReadOnlyCollection<string> others,
        List<FieldFault> faults,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (root.ValueKind == JsonValueKind.Null)
            yield break;
        if (root.ValueKind != JsonValueKind.Object)
        {
            faults.Add(new("", "is not a set of named members", $"Give {Section}."));
            yield break;
        }
        foreach (var member in root.EnumerateObject())
        {
            if (member.Name != Section && !others.Contains(member.Name, StringComparer.Ordinal))
                faults.Add(new(member.Name, "is not known here", $"Known is: {Section}."));
        }
        if (!root.TryGetProperty(Section, out var list) || list.ValueKind == JsonValueKind.Null)
            yield break;
        if (list.ValueKind != JsonValueKind.Array)
        {
            faults.Add(new(Section, "is not a list", "Start each entry with a hyphen."));
            yield break;
        }
        if (list.GetArrayLength() == 0)
            yield break;
        var connections = await schemas.ListAsync(workspace, cancellationToken);
        var seen = new HashSet<(Guid, string)>();
        var at = 0;
        foreach (var entry in list.EnumerateArray())
        {
            var path = $"{Section}[{at++}]";
            if (await ReadOneAsync(workspace, entry, path, connections, faults, cancellationToken) is not { } rule)
                continue;
            if (seen.Add((rule.ConnectionId, rule.Object)))
                yield return rule;
            else
                faults.Add(new(path, "is of a connection and object that another entry is of", "Keep one of them."));
        }
    }

    private async Task<WantedRule?> ReadOneAsync(
        string workspace,
        JsonElement entry,
        string path,
        IReadOnlyList<NamedConnection> connections,
        List<FieldFault> faults,
        CancellationToken cancellationToken
    )
    {
        if (JsonNode.Parse(entry.GetRawText()) is not JsonObject members)
        {
            faults.Add(
                new(path, "is not a set of named members", $"Give {Connection}, {Object} and what the rule says.")
            );
            return null;
        }
        var connection = Text(members, path, Connection, faults);
        var objectName = Text(members, path, Object, faults);
        var link = connections.FirstOrDefault(one => one.Name == connection || one.Id.ToString() == connection);
        if (connection is not null && link is null)
            faults.Add(new($"{path}.{Connection}", "is no connection of the workspace", "Give the name or id of one."));
        if (objectName is not null && !objects.Names.Contains(objectName, StringComparer.Ordinal))
        {
            faults.Add(
                new($"{path}.{Object}", "is none that people are", $"Write one of: {string.Join(", ", objects.Names)}.")
            );
            objectName = null;
        }
        if (objectName is null)
            return null;
        members.Remove(Connection);
        members.Remove(Object);
        var (rule, found) = RuleJson.Read(objectName, JsonSerializer.SerializeToElement(members));
        if (link is not null)
        {
            if (await schemas.ReadAsync(workspace, link.Id, objectName, cancellationToken) is { } schema)
            {
                (rule, var others) = RuleJson.Against(rule, schema);
                found = [.. found, .. others];
            }
            else
                faults.Add(
                    new($"{path}.{Object}", "is not shown to the connected user", "Give the user access to it.")
                );
        }
        faults.AddRange(found.Select(fault => fault with { Field = $"{path}.{fault.Field}" }));
        return link is null ? null : new WantedRule(link.Id, objectName, rule);
    }

    private static string? Text(JsonObject members, string path, string name, List<FieldFault> faults)
    {
        if (members[name] is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0)
            return text;
        faults.Add(new($"{path}.{name}", "is missing, or no text", $"Give {name}."));
        return null;
    }

    private sealed record WantedRule(Guid ConnectionId, string Object, PushRule Rule);
}
