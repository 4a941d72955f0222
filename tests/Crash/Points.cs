using LeadSync.Crash.Wire;

namespace LeadSync.Crash;

/// <summary>What kind of connection a failpoint lies on.</summary>
public enum PointKind
{
    Database,
    Broker,
    Crm,
    Peer,
}

/// <summary>A moment of the way of a lead that can be met from outside.</summary>
/// <param name="Name">As <see cref="Tripwire"/> names it.</param>
/// <param name="Meaning">What has been done by then and what has not.</param>
public sealed record Point(string Name, PointKind Kind, string Meaning)
{
    /// <summary>The service that waits there.</summary>
    public string Service => char.ToUpperInvariant(Name[0]) + Name[1..Name.IndexOf('.', StringComparison.Ordinal)];
}

/// <summary>The failpoints, and the statements by which commits are told apart.</summary>
public static class Points
{
    /// <summary>By service, what its commits are named after.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<Statement>> Statements { get; } =
        new Dictionary<string, IReadOnlyList<Statement>>(StringComparer.Ordinal)
        {
            ["Gateway"] = [new("insert into idempotency_key", "key")],
            ["Mapping"] =
            [
                new("insert into record_link", "link"),
                new("insert into lead (workspace, source, lead_id, version, state)", "intake"),
            ],
            ["Push"] =
            [
                new("insert into intent", "intent"),
                new("delete from intent where", "settle"),
                new("insert into lane_minute", "settle"),
                new("insert into lead_sync as s", "intake"),
                new("fence = fence + 1", "lease"),
                new("set lease_until = now() +", "renew"),
                new("set lease_until = '-infinity'", "release"),
                new("delete from outcome where", "told"),
            ],
            ["Audit"] = [new("insert into event", "history")],
            ["Connector"] = [new("insert into api_reservation", "grant"), new("refresh_token = coalesce(", "token")],
        };

    public static IReadOnlyList<Point> All { get; } =
    [
        Commit("gateway.key.sent", "an Idempotency-Key is about to be kept; nothing is published"),
        Commit("gateway.key.committed", "it is kept; nothing is published"),
        Bus("gateway.bus.publish", "leads are about to reach the broker"),
        Bus("gateway.bus.confirmed", "the broker has them; Gateway does not know, nobody is answered"),
        Bus("mapping.bus.deliver", "leads are on their way to Mapping"),
        Commit("mapping.intake.sent", "leads are merged; about to be committed"),
        Commit("mapping.intake.committed", "they are; nothing is told of it"),
        Bus("mapping.bus.publish", "what is wanted of them is about to be told"),
        Bus("mapping.bus.confirmed", "it is told; the captures are not acknowledged"),
        Bus("mapping.bus.ack", "the captures are about to be acknowledged"),
        Commit("mapping.link.sent", "which record a lead is, is about to be kept"),
        Bus("push.bus.deliver", "what is wanted is on its way to Push"),
        Commit("push.intake.sent", "rows of the lane are about to be committed"),
        Commit("push.intake.committed", "they are; the message is not acknowledged"),
        Bus("push.bus.ack", "the message is about to be acknowledged"),
        Commit("push.lease.committed", "a lane is leased; its worker does not know"),
        new("push.grant.request", PointKind.Peer, "calls are about to be asked for"),
        new("push.grant.answer", PointKind.Peer, "they are granted; Push does not know"),
        new("push.look.request", PointKind.Crm, "people are about to be looked for"),
        new("push.look.answer", PointKind.Crm, "they are found; Push does not know"),
        Commit("push.intent.sent", "intents are about to be committed"),
        Commit("push.intent.committed", "they are; nothing is sent"),
        Commit("push.renew.sent", "the lease is about to be renewed, before a call or in between"),
        new("push.crm.request", PointKind.Crm, "a write is about to reach the CRM"),
        new("push.crm.answer", PointKind.Crm, "the CRM has done it; Push does not know"),
        Commit("push.settle.sent", "the CRM's answer is heard; its outcome is about to be committed"),
        Commit("push.settle.committed", "it is; nothing is told of it"),
        Commit("push.release.sent", "the lane is about to be given back"),
        Bus("push.bus.publish", "outcomes are about to be published"),
        Bus("push.bus.confirmed", "they are; not marked as told"),
        Commit("push.told.sent", "they are about to be marked"),
        Bus("audit.bus.deliver", "events are on their way to Audit"),
        Commit("audit.history.sent", "they are about to be committed"),
        Commit("audit.history.committed", "they are; not acknowledged"),
        Bus("audit.bus.ack", "they are about to be acknowledged"),
        Commit("connector.grant.sent", "a reservation of calls is about to be committed"),
        Commit("connector.grant.committed", "it is; nobody has the grant"),
        new("connector.crm.request", PointKind.Crm, "a new token is about to be asked for"),
        new("connector.crm.answer", PointKind.Crm, "the CRM has given one; Connector does not know"),
        Commit("connector.token.sent", "the new token is about to be stored"),
        Commit("connector.token.committed", "it is; nobody knows"),
    ];

    public static Point Find(string name) =>
        All.FirstOrDefault(point => point.Name == name)
        ?? throw new ArgumentException($"There is no failpoint {name}.", nameof(name));

    private static Point Commit(string name, string meaning) => new(name, PointKind.Database, meaning);

    private static Point Bus(string name, string meaning) => new(name, PointKind.Broker, meaning);
}
