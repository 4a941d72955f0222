using LeadSync.CrmSimulator.Data;

namespace LeadSync.CrmSimulator.Soql;

/// <summary>The selected fields in their order; fields of one relationship are gathered in a branch of their own.</summary>
internal sealed class SelectTree
{
    private readonly List<(Field Field, SelectTree? Branch)> items = [];

    /// <summary>A field to show, or with a branch the reference whose record is shown.</summary>
    public IReadOnlyList<(Field Field, SelectTree? Branch)> Items => items;

    public static SelectTree Of(IEnumerable<Field> fields)
    {
        var tree = new SelectTree();
        tree.items.AddRange(fields.Select(field => (field, (SelectTree?)null)));
        return tree;
    }

    /// <exception cref="SoqlException">INVALID_FIELD or MALFORMED_QUERY.</exception>
    public static SelectTree Bind(Viewer viewer, SObject type, Selection.Fields select, QuerySyntax query)
    {
        var tree = new SelectTree();
        foreach (var (path, group) in select.Items)
        {
            if (path is null)
            {
                if (group != "STANDARD" && query.Limit is not <= 200)
                {
                    throw new SoqlException(
                        "MALFORMED_QUERY",
                        "The SOQL FIELDS function must have a LIMIT of at most 200"
                    );
                }

                foreach (
                    var field in type.VisibleFields.Where(field =>
                        group == "ALL" || field.Custom == (group == "CUSTOM")
                    )
                )
                    tree.Add([], field, query, 0);
                continue;
            }

            var bound = BoundField.Bind(viewer, type, path, query.Source);
            tree.Add(bound.Steps, bound.Field, query, path.Position);
        }

        return tree;
    }

    private void Add(IReadOnlyList<Field> steps, Field field, QuerySyntax query, int position)
    {
        var tree = this;
        foreach (var step in steps)
        {
            var index = tree.items.FindIndex(item => item.Branch is not null && item.Field.Name == step.Name);
            if (index < 0)
            {
                index = tree.items.Count;
                tree.items.Add((step, new SelectTree()));
            }

            tree = tree.items[index].Branch!;
        }

        if (tree.items.Exists(item => item.Branch is null && item.Field.Name == field.Name))
            throw SoqlException.At("INVALID_FIELD", query.Source, position, $"duplicate field selected: {field.Name}");
        tree.items.Add((field, null));
    }
}
