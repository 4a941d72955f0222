using System.Text;

namespace LeadSync.Crm.Salesforce.Bulk;

/// <summary>Reads CSV (RFC 4180) while it arrives, a row at a time: commas, line ends of either kind, quotes doubled inside quotes.</summary>
/// <remarks>Throws <see cref="FormatException"/> where it is none, or ends in the middle of a value.</remarks>
internal sealed class CsvReader(Stream stream) : IDisposable
{
    private static readonly UTF8Encoding Strict = new(
        encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true
    );

    private readonly StreamReader _text = new(stream, Strict);
    private readonly char[] _buffer = new char[32 * 1024];
    private readonly StringBuilder _value = new();
    private readonly List<string> _row = [];
    private int _at;
    private int _end;
    private Place _place = Place.Start;

    private enum Place
    {
        /// <summary>Nothing of the value has been read.</summary>
        Start,
        Bare,
        Quoted,

        /// <summary>After a quote inside quotes: the value's end, or the first of two.</summary>
        Quote,
    }

    /// <summary>Null after the last row.</summary>
    public async ValueTask<string[]?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_at == _end)
            {
                _at = 0;
                _end = await FillAsync(cancellationToken);
                if (_end == 0)
                    return Last();
            }
            if (Advance())
                return Taken();
        }
    }

    public void Dispose() => _text.Dispose();

    private async ValueTask<int> FillAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _text.ReadAsync(_buffer, cancellationToken);
        }
        catch (DecoderFallbackException e)
        {
            throw new FormatException("Not UTF-8.", e);
        }
    }

    private string[]? Last()
    {
        if (_place == Place.Quoted)
            throw new FormatException("Ends inside a quoted value.");
        if (_row.Count == 0 && _place == Place.Start)
            return null;
        EndValue();
        return Taken();
    }

    private string[] Taken()
    {
        string[] row = [.. _row];
        _row.Clear();
        return row;
    }

    /// <summary>Goes through what is in the buffer; true when a row has ended.</summary>
    private bool Advance()
    {
        while (_at < _end)
        {
            var character = _buffer[_at++];
            switch (_place, character)
            {
                case (Place.Quoted, '"'):
                    _place = Place.Quote;
                    break;
                case (Place.Quote, '"'):
                    _value.Append('"');
                    _place = Place.Quoted;
                    break;
                case (Place.Quoted, _):
                    _value.Append(character);
                    break;
                case (Place.Start, '"'):
                    _place = Place.Quoted;
                    break;
                case (_, ','):
                    EndValue();
                    break;
                case (_, '\n'):
                    EndValue();
                    return true;
                // Of a line end; inside a value it stands in quotes.
                case (_, '\r'):
                    break;
                case (Place.Quote, _):
                    throw new FormatException("Goes on after a quoted value.");
                default:
                    _value.Append(character);
                    _place = Place.Bare;
                    break;
            }
        }
        return false;
    }

    private void EndValue()
    {
        _row.Add(_value.ToString());
        _value.Clear();
        _place = Place.Start;
    }
}
