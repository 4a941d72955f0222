using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace LeadSync.Crm.Salesforce.Bulk;

/// <summary>Writes of records as CSV, made while they are sent. An empty cell leaves a field as it is, <c>#N/A</c> clears it.</summary>
internal sealed class CsvContent : HttpContent
{
    private const string Clear = "#N/A";
    private const int Enough = 64 * 1024;

    private readonly IReadOnlyList<string> _fields;
    private readonly string? _keyField;
    private readonly bool _byId;
    private readonly IAsyncEnumerable<RecordWrite> _writes;

    /// <param name="fields">The columns, besides the record's id or key.</param>
    /// <param name="keyField">Of upserts.</param>
    /// <param name="byId">For updates.</param>
    public CsvContent(IReadOnlyList<string> fields, string? keyField, bool byId, IAsyncEnumerable<RecordWrite> writes)
    {
        (_fields, _keyField, _byId, _writes) = (fields, keyField, byId, writes);
        Headers.ContentType = new MediaTypeHeaderValue("text/csv", "UTF-8");
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream,
        TransportContext? context,
        CancellationToken cancellationToken
    )
    {
        var text = new StringBuilder();
        if (_byId)
            text.Append("Id,");
        if (_keyField is not null)
            text.Append(_keyField).Append(',');
        text.AppendJoin(',', _fields).Append('\n');
        await foreach (var write in _writes.WithCancellation(cancellationToken))
        {
            Append(text, write);
            if (text.Length < Enough)
                continue;
            await stream.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), cancellationToken);
            text.Clear();
        }
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    private void Append(StringBuilder text, RecordWrite write)
    {
        if (_byId)
            AppendQuoted(text, write.RecordId ?? "").Append(',');
        if (_keyField is not null)
            AppendQuoted(text, write.Key?.Value ?? "").Append(',');
        for (var column = 0; column < _fields.Count; column++)
        {
            if (column > 0)
                text.Append(',');
            if (write.Fields.TryGetValue(_fields[column], out var value))
                Append(text, value);
        }
        text.Append('\n');
    }

    private static void Append(StringBuilder text, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null:
                text.Append(Clear);
                break;
            case JsonValueKind.String:
                var typed = value.GetString()!;
                // What a person typed must not clear a field, and there is no escape for it.
                if (typed != Clear)
                    AppendQuoted(text, typed);
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }
    }

    private static StringBuilder AppendQuoted(StringBuilder text, string value) =>
        value.Length == 0
            ? text
            : text.Append('"').Append(value.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
}
