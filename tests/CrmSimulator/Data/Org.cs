using System.Collections.Concurrent;
using LeadSync.CrmSimulator.Bulk;
using LeadSync.CrmSimulator.Data.Objects;
using LeadSync.CrmSimulator.Journal;
using LeadSync.CrmSimulator.Oauth;
using LeadSync.CrmSimulator.Rules;
using LeadSync.CrmSimulator.Soql;

namespace LeadSync.CrmSimulator.Data;

/// <summary>
/// One customer's CRM: its objects, records, users, sessions and limits. Everything in it happens one request at a time,
/// under <see cref="Gate"/>.
/// </summary>
public sealed partial class Org
{
    private readonly Dictionary<string, SObject> objects = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Table> tables = new(StringComparer.Ordinal);
    private readonly Action save;
    private OrgSettings settings = new();
    private List<App> apps;
    private OrgSetup setup;
    private HashSet<string> locked = new(StringComparer.Ordinal);
    private ConcurrentDictionary<string, Viewer> viewers = new(StringComparer.Ordinal);

    internal Org(OrgIdentity identity, JournalLog journal, TimeProvider clock, Action save)
    {
        Identity = identity;
        Pod = RecordId.Base62(62 * 5 + identity.Number, 2);
        Id = RecordId.Make("00D", Pod, identity.Number);
        Clock = clock;
        Journal = journal;
        this.save = save;
        Sessions = new(this);
        Grants = new(this);
        Jobs = new(this);
        apps = [OwnApp()];
        setup = OrgSetup.Standard(identity.Name);
        Criteria = new(this);
        HoldStandard();
        Seed();
        Rep = new(this, RepUserId);
    }

    internal OrgIdentity Identity { get; private set; }
    internal JournalLog Journal { get; }
    internal TimeProvider Clock { get; }
    internal Lock Gate { get; } = new();
    internal Sessions Sessions { get; }
    internal Grants Grants { get; }
    internal AuthorizationCodes Codes { get; } = new();
    internal ApiAllowance Allowance { get; } = new();
    internal Cursors Cursors { get; } = new();
    internal Jobs Jobs { get; }
    internal Criteria Criteria { get; private set; }

    /// <summary>When fields, permissions or set-up last changed.</summary>
    internal DateTimeOffset ChangedAt { get; private set; }

    internal IReadOnlyCollection<string> Locked => locked;

    /// <summary>Two characters in each of the org's ids that no other org here has.</summary>
    internal string Pod { get; }

    public string Name => Identity.Name;
    public string ClientId => Identity.ClientId;
    public string ClientSecret => Identity.ClientSecret;

    /// <summary>The organization's id, 18 characters.</summary>
    public string Id { get; }

    /// <summary>The user as whom the API client runs.</summary>
    public string IntegrationUserId => RecordId.Make("005", Pod, 1);

    /// <summary>A sales person who edits records by hand.</summary>
    public string RepUserId => RecordId.Make("005", Pod, 2);

    /// <summary>A person who has left: owning records is refused to them.</summary>
    public string InactiveUserId => RecordId.Make("005", Pod, 3);

    /// <summary>A queue that may own Leads.</summary>
    public string QueueId => RecordId.Make("00G", Pod, 1);

    /// <summary>What the sales person does to records by hand.</summary>
    public Rep Rep { get; }

    public OrgSettings Settings
    {
        get => settings;
        set
        {
            value.Check();
            lock (Gate)
            {
                settings = value;
                Seed();
            }

            save();
        }
    }

    public IEnumerable<SObject> Objects => objects.Values;

    public SObject? FindObject(string name) => objects.GetValueOrDefault(name);

    /// <summary>API calls counted in the last 24 hours.</summary>
    public int ApiCallsUsed
    {
        get
        {
            lock (Gate)
                return Allowance.Used(Clock.GetUtcNow());
        }
    }

    /// <summary>Every record of an object, deleted ones too, as they are now.</summary>
    public IReadOnlyList<SimulatedRecord> Records(string objectName)
    {
        lock (Gate)
        {
            var type = Require(objectName);
            return [.. Table(type.Name).Records.Select(record => SimulatedRecord.Of(type, record))];
        }
    }

    /// <summary>The records of an object that have an email address, whatever its case; deleted ones too.</summary>
    public IReadOnlyList<SimulatedRecord> Find(string objectName, string email)
    {
        lock (Gate)
        {
            var type = Require(objectName);
            return [.. Table(type.Name).FindBy("Email", email).Select(record => SimulatedRecord.Of(type, record))];
        }
    }

    /// <summary>One record by its id, 15 or 18 characters; null when there is none.</summary>
    public SimulatedRecord? Get(string objectName, string id)
    {
        lock (Gate)
        {
            var type = Require(objectName);
            return RecordId.TryRead(id, out var full) && Table(type.Name).Find(full) is { } record
                ? SimulatedRecord.Of(type, record)
                : null;
        }
    }

    /// <summary>Adds a custom field, or replaces it. The name must end in __c.</summary>
    public void AddField(string objectName, CustomField field)
    {
        if (!field.Name.EndsWith("__c", StringComparison.Ordinal))
            throw new ArgumentException(
                $"The name of a custom field ends in __c; '{field.Name}' does not.",
                nameof(field)
            );
        lock (Gate)
        {
            Hold(Require(objectName).With(field.ToField()));
            Seed();
        }

        save();
    }

    /// <summary>Sets what the API user may do with a field: its field-level security.</summary>
    public void SetAccess(string objectName, string fieldName, FieldAccess access)
    {
        lock (Gate)
        {
            var type = Require(objectName);
            var field =
                type.FindEvenHidden(fieldName)
                ?? throw new ArgumentException($"{type.Name} has no field {fieldName}.", nameof(fieldName));
            Hold(type.With(field with { Access = access }));
            Seed();
        }

        save();
    }

    /// <summary>Ends every session: the next call with an old token is answered with 401.</summary>
    public void ExpireSessions()
    {
        lock (Gate)
            Sessions.ExpireAll();
        save();
    }

    /// <summary>Forgets every query cursor: following one is answered with INVALID_QUERY_LOCATOR.</summary>
    public void ExpireLocators()
    {
        lock (Gate)
            Cursors.Clear();
    }

    /// <summary>Writes what is kept of the org beside its records.</summary>
    internal void Keep() => save();

    internal Table Table(string objectName) => tables[objectName];

    internal SObject Require(string objectName) =>
        FindObject(objectName)
        ?? throw new ArgumentException($"The org has no object {objectName}.", nameof(objectName));

    /// <summary>The object whose ids start as this one does.</summary>
    internal SObject? ObjectOfId(string id) =>
        objects.Values.FirstOrDefault(type => id.StartsWith(type.Prefix, StringComparison.Ordinal));

    internal Record? FindRecord(string id) => ObjectOfId(id) is { } type ? Table(type.Name).Find(id) : null;

    internal void Hold(SObject type)
    {
        Renew();
        objects[type.Name] = type;
        if (!tables.TryGetValue(type.Name, out var table))
            tables[type.Name] = table = new();
        foreach (
            var field in type.Fields.Where(field => (field.IdLookup || field.Unique) && field.Type != FieldType.Id)
        )
            table.Index(field.Name);
        if (type.Name == "CampaignMember")
            table.Index("LeadOrContactId");
    }

    /// <summary>Puts a change that the journal remembers into effect again.</summary>
    internal void Replay(Change change)
    {
        var type = Require(change.Object);
        var table = Table(type.Name);
        if (change.Kind == ChangeKind.Created)
        {
            var created = new Record(type, change.Id);
            foreach (var field in change.Fields)
                created.Set(field.Field, field.After);
            Transaction.Stamp(created, change.By, change.At, created: true, systemOnly: false);
            table.Add(created);
            return;
        }

        var record =
            table.Find(change.Id)
            ?? throw new InvalidDataException($"The journal changes {change.Id} before it made it.");
        foreach (var field in change.Fields)
            table.Set(record, field.Field, field.After);
        Transaction.Stamp(record, change.By, change.At, created: false, change.Kind == ChangeKind.Touched);
    }

    internal void Clear()
    {
        objects.Clear();
        tables.Clear();
        HoldStandard();
        Cursors.Clear();
        Allowance.Clear();
        Grants.Clear();
        Codes.Clear();
        Jobs.Clear();
        locked.Clear();
        apps = [OwnApp()];
        setup = OrgSetup.Standard(Name);
        Seed();
    }

    private void HoldStandard()
    {
        SObject[] standard =
        [
            Lead.Object(),
            Contact.Object(),
            Account.Object(),
            Campaigns.Campaign(),
            Campaigns.Member(),
            Campaigns.MemberStatus(),
            People.User(),
            People.Group(),
            People.Organization(),
            People.LeadStatus(),
            Security.Profile(),
            Security.PermissionSet(),
            Security.Assignment(),
            Security.ObjectPermissions(),
            Security.FieldPermissions(),
            .. Automation.All(),
        ];
        foreach (var type in standard)
            Hold(type);
    }
}

/// <summary>Who an org is: given once, kept for good.</summary>
/// <param name="Number">Which org it is here, from 1; all its ids derive from it.</param>
internal sealed record OrgIdentity(
    int Number,
    string Name,
    string ClientId,
    string ClientSecret,
    DateTimeOffset CreatedAt
);
