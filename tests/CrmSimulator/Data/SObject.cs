using System.Collections.Frozen;

namespace LeadSync.CrmSimulator.Data;

/// <summary>A type of record, as Lead. Immutable: a changed field makes a new one, which its org then holds.</summary>
public sealed class SObject
{
    private readonly FrozenDictionary<string, Field> byName;
    private readonly FrozenDictionary<string, Field> byRelationship;
    private bool mayCreate = true;
    private bool mayUpdate = true;
    private bool mayDelete = true;

    public SObject(string name, string label, string labelPlural, string prefix, IReadOnlyList<Field> fields)
    {
        Name = name;
        Label = label;
        LabelPlural = labelPlural;
        Prefix = prefix;
        Fields = fields;
        VisibleFields = [.. fields.Where(one => one.Visible)];
        RequiredFields = [.. VisibleFields.Where(one => one.Required)];
        DefaultFields = [.. fields.Where(one => one.Default is not null)];
        byName = fields.ToFrozenDictionary(field => field.Name, StringComparer.OrdinalIgnoreCase);
        byRelationship = fields
            .Where(field => field.RelationshipName is not null)
            .ToFrozenDictionary(field => field.RelationshipName!, StringComparer.OrdinalIgnoreCase);
    }

    public string Name { get; }
    public string Label { get; }
    public string LabelPlural { get; }

    /// <summary>The three characters every id of this object starts with.</summary>
    public string Prefix { get; }
    public IReadOnlyList<Field> Fields { get; }

    /// <summary>False for what only set-up makes: users, queues, the organization itself.</summary>
    public bool Writeable { get; init; } = true;

    /// <summary>Whether the user who looks may create, edit and delete its records.</summary>
    public bool Createable => Writeable && mayCreate;
    public bool Updateable => Writeable && mayUpdate;
    public bool Deletable => Writeable && mayDelete;

    /// <summary>The field by its name in any case; null when there is none or the API user may not see it.</summary>
    public Field? Find(string name) => byName.TryGetValue(name, out var field) && field.Visible ? field : null;

    /// <summary>As <see cref="Find"/>, but hidden fields too.</summary>
    public Field? FindEvenHidden(string name) => byName.GetValueOrDefault(name);

    public Field? FindRelationship(string name) =>
        byRelationship.TryGetValue(name, out var field) && field.Visible ? field : null;

    public IReadOnlyList<Field> VisibleFields { get; }

    /// <summary>Fields that a create must bring.</summary>
    public IReadOnlyList<Field> RequiredFields { get; }

    /// <summary>Fields that have a value of their own when the caller brings none.</summary>
    public IReadOnlyList<Field> DefaultFields { get; }

    public SObject With(Field field) =>
        new(
            Name,
            Label,
            LabelPlural,
            Prefix,
            byName.ContainsKey(field.Name)
                ? [.. Fields.Select(old => Same(old, field) ? field : old)]
                : [.. Fields, field]
        )
        {
            Writeable = Writeable,
        };

    public SObject Without(string field) =>
        new(
            Name,
            Label,
            LabelPlural,
            Prefix,
            [.. Fields.Where(one => !string.Equals(one.Name, field, StringComparison.OrdinalIgnoreCase))]
        )
        {
            Writeable = Writeable,
        };

    /// <summary>The object as one user sees it.</summary>
    public SObject As(Func<Field, Field> field, bool create, bool update, bool delete) =>
        new(Name, Label, LabelPlural, Prefix, [.. Fields.Select(field)])
        {
            Writeable = Writeable,
            mayCreate = create,
            mayUpdate = update,
            mayDelete = delete,
        };

    private static bool Same(Field one, Field other) =>
        string.Equals(one.Name, other.Name, StringComparison.OrdinalIgnoreCase);
}
