using System.Collections.Concurrent;

namespace LeadSync.Mapping.Sources;

/// <summary>Sources' fields as they were parsed: the same for every batch until somebody changes them.</summary>
public sealed class SourceModels
{
    private const int Most = 1_000;
    private readonly ConcurrentDictionary<(string, string), (string Text, SourceModel Model)> _kept = [];

    /// <param name="fields">As the database has them.</param>
    public SourceModel Read((string Workspace, string Source) source, string fields)
    {
        if (fields == "[]")
            return SourceModel.Standard;
        if (_kept.TryGetValue(source, out var kept) && kept.Text == fields)
            return kept.Model;
        if (_kept.Count >= Most)
            _kept.Clear();
        var model = new SourceModel(FieldSetting.Parse(fields));
        _kept[source] = (fields, model);
        return model;
    }
}
