using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Dapper;
using Npgsql;

namespace LeadSync.Mapping.Config;

/// <summary>What saving did to one setting.</summary>
public sealed record SettingChange(string Kind, string Name, string Change)
{
    public const string Created = "created";
    public const string Updated = "updated";
    public const string Removed = "removed";
    public const string Published = "published";
    public const string Restored = "restored";
    public const string Unchanged = "unchanged";

    /// <summary>The setting as its API shows it; null when it was not there, or is as it was.</summary>
    [JsonIgnore]
    public JsonObject? Before { get; init; }

    /// <summary>The setting as its API shows it; null when it is gone, or is as it was.</summary>
    [JsonIgnore]
    public JsonObject? After { get; init; }
}

/// <summary>The transaction in which settings of a workspace are saved.</summary>
/// <param name="Now">The instant that everything saved in it carries.</param>
public sealed record Saving(
    NpgsqlConnection Connection,
    NpgsqlTransaction Transaction,
    string Workspace,
    DateTimeOffset Now,
    CancellationToken CancellationToken
)
{
    public Task<int> ExecuteAsync(string sql, object parameters) =>
        Connection.ExecuteAsync(
            new CommandDefinition(sql, parameters, Transaction, cancellationToken: CancellationToken)
        );

    /// <summary>An instant as the database gives it.</summary>
    public static DateTimeOffset Utc(DateTime instant) => new(DateTime.SpecifyKind(instant, DateTimeKind.Utc));
}
