using System.Net.Mime;
using System.Text.Json;
using MassTransit;
using MassTransit.Serialization;

namespace LeadSync.Hosting.Bus;

/// <summary>
/// A message as bytes, both ways. What we send is serialised once, by <see cref="Publisher"/>, which must know its size;
/// what arrives is parsed once, by <see cref="ListConsumer{TItem, TConsumer}"/>, which must keep what it cannot read.
/// </summary>
public sealed record OutgoingBody(byte[] Bytes);

/// <summary>Any message on one of our queues; its body is read from the receive context.</summary>
public sealed record ArrivedBody;

/// <summary>Lets bodies through as they are, whatever their content type says.</summary>
internal sealed class BodySerializer : ISerializerFactory, IMessageSerializer, IMessageDeserializer
{
    private static readonly JsonElement Nothing = JsonDocument.Parse("{}").RootElement;

    public ContentType ContentType { get; } = new("application/json");

    public IMessageSerializer CreateSerializer() => this;

    public IMessageDeserializer CreateDeserializer() => this;

    public MessageBody GetMessageBody<T>(SendContext<T> context)
        where T : class => new BytesMessageBody(((OutgoingBody)(object)context.Message).Bytes);

    public ConsumeContext Deserialize(ReceiveContext receiveContext) =>
        new BodyConsumeContext(
            receiveContext,
            Deserialize(receiveContext.Body, receiveContext.TransportHeaders, receiveContext.InputAddress)
        );

    public SerializerContext Deserialize(MessageBody body, Headers headers, Uri? destinationAddress = null) =>
        new SystemTextJsonRawSerializerContext(
            SystemTextJsonMessageSerializer.Instance,
            SystemTextJsonMessageSerializer.Options,
            ContentType,
            // None of the headers: MassTransit's batch silently leaves out a message whose id another one has, and a
            // product may choose ids, reply addresses and retry counts as it likes.
            new RawMessageContext(EmptyHeaders.Instance, destinationAddress!, RawSerializerOptions.AnyMessageType),
            [],
            RawSerializerOptions.AnyMessageType,
            Nothing
        );

    public MessageBody GetMessageBody(string text) => new StringMessageBody(text);

    public void Probe(ProbeContext context) => context.CreateScope("body");
}
