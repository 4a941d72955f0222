using System.Buffers.Binary;

namespace LeadSync.Crash.Wire;

/// <summary>
/// AMQP 0-9-1. <c>SERVICE.bus.publish</c> and <c>.ack</c> are reached before the broker sees them, <c>.deliver</c> and
/// <c>.confirmed</c> before the service does.
/// </summary>
public sealed class AmqpConversation(string service) : Conversation
{
    private const int ProtocolHeader = 8;
    private const byte MethodFrame = 1;
    private const ushort Basic = 60;
    private const ushort Publish = 40;
    private const ushort Deliver = 60;
    private const ushort Ack = 80;
    private readonly Frames _sent = new(bytes =>
        bytes.Length < ProtocolHeader ? null
        : bytes.Span.StartsWith("AMQP"u8) ? ProtocolHeader
        : LengthOf(bytes)
    );
    private readonly Frames _answered = new(bytes => bytes.Length < 7 ? null : LengthOf(bytes));

    protected override IEnumerable<Piece> Sent(ReadOnlyMemory<byte> bytes) =>
        _sent
            .Take(bytes)
            .Select(frame => new Piece(
                frame,
                MethodOf(frame) switch
                {
                    Publish => $"{service}.bus.publish",
                    Ack => $"{service}.bus.ack",
                    _ => null,
                }
            ));

    protected override IEnumerable<Piece> Answered(ReadOnlyMemory<byte> bytes) =>
        _answered
            .Take(bytes)
            .Select(frame => new Piece(
                frame,
                MethodOf(frame) switch
                {
                    Deliver => $"{service}.bus.deliver",
                    Ack => $"{service}.bus.confirmed",
                    _ => null,
                }
            ));

    // Type, channel and size before the payload, one byte behind it.
    private static int LengthOf(ReadOnlyMemory<byte> bytes) =>
        7 + BinaryPrimitives.ReadInt32BigEndian(bytes.Span[3..]) + 1;

    private static ushort? MethodOf(ReadOnlyMemory<byte> frame)
    {
        var bytes = frame.Span;
        return
            frame.Length >= 12 && bytes[0] == MethodFrame && BinaryPrimitives.ReadUInt16BigEndian(bytes[7..]) == Basic
            ? BinaryPrimitives.ReadUInt16BigEndian(bytes[9..])
            : null;
    }
}
