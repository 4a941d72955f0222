namespace LeadSync.CrmSimulator.Data;

/// <summary>What an org is set up as, and what follows from it.</summary>
public sealed partial class Org
{
    /// <summary>People, permissions, queues, rules and features.</summary>
    /// <exception cref="ArgumentException">It does not hold together; the message says where.</exception>
    public OrgSetup Setup
    {
        get => setup;
        set
        {
            SetupChecks.Check(this, value);
            lock (Gate)
                PutSetup(value);
            save();
        }
    }

    /// <summary>The rules of the set-up, after the one that the setting AssignLeadsTo stands for.</summary>
    internal IReadOnlyList<AssignmentRule> AssignmentRules =>
        Settings.AssignLeadsTo is { } owner
            ? [new("Assign leads", [new(owner)]), .. setup.AssignmentRules]
            : setup.AssignmentRules;

    /// <summary>The org's user of a username, in any case; null when there is none.</summary>
    internal Record? FindUser(string username) =>
        Table("User").FindBy("Username", username) is [var user, ..] ? user : null;

    /// <summary>The org as one of its users sees it.</summary>
    internal Viewer ViewerOf(string userId) => viewers.GetOrAdd(userId, id => new(this, id));

    internal bool IsLocked(string id) => locked.Contains(id);

    internal void Lock(string id, bool on)
    {
        if (on)
            locked.Add(id);
        else
            locked.Remove(id);
    }

    internal void RestoreLocks(IEnumerable<string> ids) => locked = [.. ids];

    /// <summary>Id of the user or queue of a name; an id stands for itself.</summary>
    internal string? FindOwner(string name) =>
        FindUser(name)?.Id
        ?? setup
            .Queues.Index()
            .Where(one => one.Item.Name == name)
            .Select(one => RecordId.Make("00G", Pod, one.Index + 1))
            .FirstOrDefault()
        ?? (RecordId.TryRead(name, out var id) ? id : null);

    internal bool IsQueueFor(string groupId, string objectName) =>
        setup.Queues.ElementAtOrDefault((int)RecordId.NumberOf(groupId) - 1) is { } queue
        && queue.Objects.Contains(objectName, StringComparer.Ordinal);

    internal IReadOnlyList<(string Id, RecordType Type)> RecordTypesOf(string objectName) =>
        [
            .. setup
                .RecordTypes.Index()
                .Where(one => one.Item.Object == objectName)
                .Select(one => (RecordId.Make("012", Pod, one.Index + 1), one.Item)),
        ];

    internal RecordType? FindRecordType(string objectName, string? id) =>
        id is null ? null : RecordTypesOf(objectName).FirstOrDefault(one => one.Id == id).Type;

    internal string? DefaultRecordType(string objectName) =>
        RecordTypesOf(objectName).FirstOrDefault(one => one.Type.IsDefault).Id;

    internal void PutSetup(OrgSetup value)
    {
        foreach (var type in objects.Values.ToList())
        {
            var next = Features.FieldsOf(type, setup).Aggregate(type, (left, field) => left.Without(field.Name));
            // A field that stays keeps what users may do with it.
            next = Features
                .FieldsOf(type, value)
                .Select(field => field with { Access = type.FindEvenHidden(field.Name)?.Access ?? field.Access })
                .Aggregate(next, (left, field) => left.With(field));
            if (next != type)
                Hold(next);
        }

        setup = value;
        Seed();
    }

    /// <summary>Makes the rows of the set-up anew; ids follow from its lists, so they stay.</summary>
    private void Seed()
    {
        Renew();
        foreach (var name in SetupRows.Objects)
        {
            tables[name] = new();
            Hold(objects[name]);
        }

        new SetupRows(this, new Transaction(this, RecordId.Make("005", Pod, 1), Identity.CreatedAt)).Write();
    }

    /// <summary>Forgets what was derived from fields and set-up.</summary>
    private void Renew()
    {
        viewers = new(StringComparer.Ordinal);
        Criteria = new(this);
        ChangedAt = Clock.GetUtcNow();
    }
}
