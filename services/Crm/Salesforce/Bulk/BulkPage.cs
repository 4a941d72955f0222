using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace LeadSync.Crm.Salesforce.Bulk;

/// <summary>A page of what a reading job found, read while it arrives: once, then disposed of.</summary>
public sealed class BulkPage : IDisposable
{
    private readonly RecordQuery _query;
    private readonly SalesforceDownload _body;
    private readonly CsvReader _rows;

    internal BulkPage(RecordQuery query, SalesforceDownload body)
    {
        (_query, _body, _rows) = (query, body, new CsvReader(body));
        // The word, not nothing, after the last page.
        Next = body.Header("Sforce-Locator") is { } locator and not "null" ? locator : null;
        Count = long.TryParse(
            body.Header("Sforce-NumberOfRecords"),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var count
        )
            ? count
            : null;
    }

    /// <summary>Where the next page begins; null after the last.</summary>
    public string? Next { get; }

    /// <summary>Records on this page, by Salesforce's own count; null when it did not say.</summary>
    public long? Count { get; }

    /// <summary>API calls used.</summary>
    public int Calls => _body.Calls;

    /// <summary>The CRM's own id of the request.</summary>
    public string? RequestId => _body.RequestId;

    /// <summary>The records, as a query would have given them.</summary>
    /// <exception cref="CrmException">
    /// The page broke off, stood still or cannot be read, also after some of its records: the page is then read anew.
    /// </exception>
    public async IAsyncEnumerable<CrmRecord> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var header = await NextAsync(cancellationToken) ?? throw Unreadable();
        var columns = Array.ConvertAll(header, name => _query.Schema.Find(name));
        var json = new ArrayBufferWriter<byte>();
        var read = 0L;
        while (await NextAsync(cancellationToken) is { } row)
        {
            if (row.Length != header.Length)
                throw Unreadable();
            json.ResetWrittenCount();
            Write(json, header, columns, row);
            var element = JsonElement.Parse(json.WrittenSpan);
            yield return SalesforceRecords.Read(_query.Schema.Object, _query.Fields, element) ?? throw Unreadable();
            read++;
        }
        if (Count is { } told && told != read)
            throw Unreadable();
    }

    public void Dispose()
    {
        _rows.Dispose();
        _body.Dispose();
    }

    private async ValueTask<string[]?> NextAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _rows.ReadAsync(cancellationToken);
        }
        catch (FormatException e)
        {
            throw new CrmException(Unreadable().Failure, e);
        }
    }

    private CrmException Unreadable() =>
        new(
            SalesforceErrors.Unavailable("The rows that Salesforce sent cannot be read, or are not all there.") with
            {
                RequestId = RequestId,
            }
        );

    private static void Write(ArrayBufferWriter<byte> json, string[] header, FieldSchema?[] columns, string[] row)
    {
        using var writer = new Utf8JsonWriter(json);
        writer.WriteStartObject();
        for (var column = 0; column < row.Length; column++)
        {
            writer.WritePropertyName(header[column]);
            Write(writer, columns[column]?.Type, row[column]);
        }
        writer.WriteEndObject();
    }

    // CSV knows only text; a query's answer has the type of each field.
    private static void Write(Utf8JsonWriter writer, string? type, string value)
    {
        switch (type)
        {
            case var _ when value.Length == 0:
                writer.WriteNullValue();
                break;
            case "boolean":
                writer.WriteBooleanValue(value is "true" or "1");
                break;
            case "int"
            or "double"
            or "currency"
            or "percent"
            or "long" when decimal.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number):
                writer.WriteNumberValue(number);
                break;
            default:
                writer.WriteStringValue(value);
                break;
        }
    }
}
